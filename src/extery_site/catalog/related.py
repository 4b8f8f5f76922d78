"""Extensions that the page of another one names: similar ones, and those of the same author."""

from __future__ import annotations

from django.db.models import Count, Q

from extery_site.catalog.models import Extension, ExtensionQuerySet

#: Extensions of a list.
MAX_RELATED = 4
#: The most downloaded extensions among which those with most tags in common are searched, so that a tag that very many
#: have costs as much as any other.
MAX_CANDIDATES = 200


def similar_extensions(extension: Extension) -> list[Extension]:
    """Return the public extensions of the same type with most tags in common, in two queries.

    Of those with as many, the most downloaded come first. None for an extension without tags.
    """
    tags = [tag.pk for tag in extension.tags.all()]
    if not tags:
        return []
    others = _listed().of_type(extension.type).exclude(pk=extension.pk)
    candidates = (
        others.filter(tags__in=tags)
        .order_by("-download_count", "pk")
        .values_list("pk", flat=True)
        .distinct()[:MAX_CANDIDATES]
    )
    common = Count("tags", filter=Q(tags__in=tags))
    found = (
        _listed().filter(pk__in=list(candidates)).annotate(common=common).select_related("image")
    )
    return list(found.order_by("-common", "-download_count", "pk")[:MAX_RELATED])


def by_same_author(extension: Extension) -> list[Extension]:
    """Return other public extensions of its owner, the most downloaded first, in a query."""
    others = _listed().filter(owner=extension.owner_id).exclude(pk=extension.pk)
    return list(others.select_related("image").most_downloaded()[:MAX_RELATED])


def _listed() -> ExtensionQuerySet:
    return Extension.objects.browsable()
