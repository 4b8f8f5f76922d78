"""Ids and names that are too like existing ones, for moderators: ``l00m`` beside ``loom``.

Each search costs a fixed number of queries, and reads an index of the skeletons: no scan of all
extensions. `find_similar` also finds skeletons with one edit; `similar_ids` finds equal ones, for lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db.models import F, Q

from extery_site.catalog.models import Extension, ExtensionQuerySet
from extery_site.catalog.models.fields import AnyOf

MAX_SIMILAR = 10
#: Shorter skeletons have too many neighbours, longer ones too many variants to ask for.
EDITED_LENGTHS = range(5, 41)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class SimilarName(NamedTuple):
    """An extension of another owner with a similar id or name."""

    extension: Extension
    is_id: bool
    """Whether the ids are similar; otherwise the names are."""
    is_edited: bool
    """Whether they differ by one edit; otherwise only by case, separators and look-alikes."""


def find_similar(extension: Extension) -> list[SimilarName]:
    """Return extensions of other owners that were published and are similar; one query.

    Ids come first, then names; in both those without an edit first.
    """
    ids = _with_edits(extension.id_skeleton)
    names = _with_edits(extension.name_skeleton)
    found = _published(extension.owner_id).filter(
        Q(AnyOf(F("id_skeleton"), list(ids))) | Q(AnyOf(F("name_skeleton"), list(names)))
    )
    similar = [
        SimilarName(
            other,
            other.id_skeleton in ids,
            other.id_skeleton != extension.id_skeleton
            if other.id_skeleton in ids
            else other.name_skeleton != extension.name_skeleton,
        )
        for other in found.select_related("owner").order_by("pk")[: MAX_SIMILAR * 5]
    ]
    return sorted(similar, key=lambda one: (one.is_edited, not one.is_id))[:MAX_SIMILAR]


def similar_ids(extensions: Collection[Extension]) -> dict[int, list[str]]:
    """Return the ids of published extensions of other owners whose id or name has an equal skeleton.

    One query for a whole list; extensions without any are left out.
    """
    ids = {extension.id_skeleton for extension in extensions} - {""}
    names = {extension.name_skeleton for extension in extensions} - {""}
    others = list(
        _published(None)
        .filter(Q(id_skeleton__in=ids) | Q(name_skeleton__in=names))
        .order_by("pk")
        .values_list("pk", "owner_id", "extension_id", "id_skeleton", "name_skeleton")[:1000]
    )
    found: dict[int, list[str]] = {}
    for extension in extensions:
        for pk, owner, extension_id, id_, name in others:
            equal = (id_ and id_ == extension.id_skeleton) or (
                name and name == extension.name_skeleton
            )
            if equal and pk != extension.pk and owner != extension.owner_id:
                found.setdefault(extension.pk, []).append(extension_id)
    return found


def _published(owner: int | None) -> ExtensionQuerySet:
    """Return extensions that were published once, also blocked and deleted ones."""
    published = Extension.objects.filter(approved_at__isnull=False)
    return published.exclude(owner=owner) if owner is not None else published


def _with_edits(text: str) -> set[str]:
    """Return the skeleton and those that differ from it by one edit; nothing for an empty one."""
    if not text:
        return set()
    return {text, *_edits(text)} if len(text) in EDITED_LENGTHS else {text}


def _edits(text: str) -> Iterator[str]:
    letters = sorted(set(_ALPHABET) | set(text))
    for place in range(len(text) + 1):
        before, after = text[:place], text[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in letters:
            if after:
                yield before + letter + after[1:]
            yield before + letter + after
