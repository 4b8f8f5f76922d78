"""Ids and names that are too like existing ones: ``l00m`` or ``loom_pro`` beside ``loom``.

Each search costs a fixed number of queries, and reads an index of the skeletons: no scan of all
extensions. `find_similar` also finds skeletons with one edit, or with a word such as ``pro`` more or less;
`similar_ids` finds equal ones, for lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from django.db.models import F, Q

from extery_site.catalog.models import Extension, ExtensionQuerySet
from extery_site.catalog.models.fields import AnyOf
from extery_site.catalog.models.skeleton import skeleton

MAX_SIMILAR = 10
#: Shorter skeletons have too many neighbours, longer ones too many variants to ask for.
EDITED_LENGTHS = range(5, 41)
#: Words by which a copy claims to be another edition of the original, or the original itself.
AFFIXES = (
    "addon",
    "blender",
    "extension",
    "free",
    "full",
    "lite",
    "official",
    "original",
    "plus",
    "pro",
)
#: Shorter skeletons are parts of too many words.
MIN_WITHOUT_AFFIX = 4
Difference = Literal["none", "edit", "word"]
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class SimilarName(NamedTuple):
    """An extension of another owner with a similar id or name."""

    extension: Extension
    is_id: bool
    """Whether the ids are similar; otherwise the names are."""
    is_edited: bool
    """Whether they differ by one edit; otherwise only by case, separators and look-alikes."""
    has_affix: bool = False
    """Whether one of them has a word of `AFFIXES` before or after the other."""

    @property
    def difference(self) -> Difference:
        """By what the two differ, beside case, separators and look-alikes."""
        if self.has_affix:
            return "word"
        return "edit" if self.is_edited else "none"


def find_similar(extension: Extension) -> list[SimilarName]:
    """Return extensions of other owners that were published and are similar, also blocked ones; one query.

    Ids come first, then names; in both those without an edit first.
    """
    return _find(extension, _published(extension.owner_id))


def find_similar_public(extension: Extension) -> list[SimilarName]:
    """Return those similar to an extension that was never public, for its author.

    Only what everyone can find on the site: authors must not learn of others from a name. One that is public keeps its
    name, so there is nothing to say.
    """
    if extension.approved_at is not None:
        return []
    return _find(extension, _published(extension.owner_id).browsable())


def _find(extension: Extension, found: ExtensionQuerySet) -> list[SimilarName]:
    ids = _variants(extension.id_skeleton)
    names = _variants(extension.name_skeleton)
    found = found.filter(
        Q(AnyOf(F("id_skeleton"), list(ids))) | Q(AnyOf(F("name_skeleton"), list(names)))
    )
    rows = found.select_related("owner").order_by("pk")[: MAX_SIMILAR * 5]
    similar = [_compare(extension, other, is_id=other.id_skeleton in ids) for other in rows]
    order = sorted(similar, key=lambda one: (one.is_edited or one.has_affix, not one.is_id))
    return order[:MAX_SIMILAR]


def _compare(extension: Extension, other: Extension, *, is_id: bool) -> SimilarName:
    one = extension.id_skeleton if is_id else extension.name_skeleton
    two = other.id_skeleton if is_id else other.name_skeleton
    has_affix = two in _with_affixes(one)
    return SimilarName(other, is_id, is_edited=two != one and not has_affix, has_affix=has_affix)


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


def _variants(text: str) -> set[str]:
    return _with_edits(text) | _with_affixes(text)


def _with_affixes(text: str) -> set[str]:
    """Return the skeleton with and without each word of `AFFIXES`; nothing for a short one."""
    if len(text) < MIN_WITHOUT_AFFIX:
        return set()
    found = set()
    for word in map(skeleton, AFFIXES):
        found |= {word + text, text + word}
        found |= {text.removeprefix(word), text.removesuffix(word)} - {text}
    return {one for one in found if len(one) >= MIN_WITHOUT_AFFIX}


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
