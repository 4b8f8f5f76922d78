"""Extensions that the page of another one names: similar ones, and those of the same author."""

from __future__ import annotations

from collections import Counter

from django.db.models import Exists, OuterRef

from extery_site.catalog.models import Extension, ExtensionQuerySet

#: Extensions of a list.
MAX_RELATED = 4
#: The most downloaded extensions among which those with most tags in common are searched, so that a tag that very many
#: have costs as much as any other.
MAX_CANDIDATES = 60


def similar_extensions(extension: Extension) -> list[Extension]:
    """Return the public extensions of the same type with most tags in common, in three queries.

    Of those with as many, the most downloaded come first. None for an extension without tags.
    """
    tags = [tag.pk for tag in extension.tags.all()]
    if not tags:
        return []
    tagged = Extension.tags.through.objects.filter(tag__in=tags)
    others = _listed().of_type(extension.type).exclude(pk=extension.pk)
    others = others.filter(Exists(tagged.filter(extension=OuterRef("pk"))))
    candidates = list(
        others.order_by("-download_count", "pk").values_list("pk", flat=True)[:MAX_CANDIDATES]
    )
    pairs = tagged.filter(extension__in=candidates).values_list("extension_id", flat=True)
    common = Counter(pairs)
    # Candidates with as many keep their order.
    best = sorted(candidates, key=lambda pk: -common[pk])[:MAX_RELATED]
    found = _listed().select_related("image").in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def by_same_author(extension: Extension) -> list[Extension]:
    """Return other public extensions of its owner, the most downloaded first, in a query."""
    others = _listed().filter(owner=extension.owner_id).exclude(pk=extension.pk)
    return list(others.select_related("image").most_downloaded()[:MAX_RELATED])


def _listed() -> ExtensionQuerySet:
    return Extension.objects.browsable()
