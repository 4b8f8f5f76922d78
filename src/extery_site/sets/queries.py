"""Reads sets for pages: lists, the cards of each, and the sets that have an extension."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.sets.models import ExtensionSet, SetEntry, SetQuerySet

#: Icons on the card of a set.
MAX_ICONS = 4
#: Sets with fewer extensions are not on the start page.
MIN_ON_HOME = 3
#: Versions of each extension that can be chosen for a pin on the page for changes.
MAX_PINNABLE = 15


class SetCard(NamedTuple):
    """A set with what its card shows."""

    set: ExtensionSet
    number: int
    icons: list[Extension]


def newest_sets(limit: int, *, least: int = 1) -> list[SetCard]:
    """Return the newest listed sets for the start page; none if there are fewer than ``least``."""
    found = ExtensionSet.objects.listed().with_count(least=MIN_ON_HOME)
    cards = cards_of(found.newest_first()[:limit])
    return cards if len(cards) >= least else []


def number_of_sets() -> int:
    """Return how many sets the list has."""
    return ExtensionSet.objects.listed().not_empty().count()


def cards_of(sets: SetQuerySet) -> list[SetCard]:
    """Return the cards of sets that have ``entry_count``, in two queries."""
    rows = list(sets.select_related("owner"))
    icons = _icons([row.pk for row in rows])
    return [SetCard(row, row.entry_count, icons.get(row.pk, [])) for row in rows]  # type: ignore[attr-defined]


def cards_with_keys(keys: Collection[int]) -> list[SetCard]:
    """Return the cards of the sets with these keys, in their order."""
    found = ExtensionSet.objects.filter(pk__in=keys).with_count().order_by()
    cards = {card.set.pk: card for card in cards_of(found)}
    return [cards[key] for key in keys if key in cards]


def _icons(keys: Collection[int]) -> dict[int, list[Extension]]:
    """Return the first extensions of each set."""
    numbered = (
        SetEntry.objects.seen()
        .filter(set__in=keys)
        .annotate(number=Window(RowNumber(), partition_by=F("set"), order_by=[F("place"), F("pk")]))
        .filter(number__lte=MAX_ICONS)
        .order_by("set", "number")
        .values_list("set", "extension")
    )
    rows = list(numbered)
    extensions = Extension.objects.with_cards().in_bulk({extension for _, extension in rows})
    found: dict[int, list[Extension]] = {}
    for key, extension in rows:
        found.setdefault(key, []).append(extensions[extension])
    return found


def find_sets(
    *, text: str = "", order: str = "", extension: Extension | None = None
) -> SetQuerySet:
    """Return listed sets with all words of a text in their titles, or in the name of their owner."""
    found = ExtensionSet.objects.listed().not_empty()
    for word in text.split()[:10]:
        found = found.filter(Q(title__icontains=word) | Q(owner__username__iexact=word))
    if extension is not None:
        found = found.filter(
            Exists(SetEntry.objects.filter(set=OuterRef("pk"), extension=extension))
        )
    match order:
        case "followed":
            return found.most_followed()
        case "title":
            return found.by_title()
        case _:
            return found.newest_first()


def sets_with(extension: Extension, limit: int) -> list[ExtensionSet]:
    """Return the listed sets that have an extension, those with most followers first, with ``entry_count``."""
    if not extension.is_public or extension.is_unlisted:
        return []
    having = SetEntry.objects.filter(set=OuterRef("pk"), extension=extension)
    found = ExtensionSet.objects.listed().filter(Exists(having)).with_count().most_followed()
    return list(found.select_related("owner")[:limit])


def own_sets(user: User, extension: Extension | None = None) -> list[ExtensionSet]:
    """Return the sets of a user by title, with ``entry_count`` and whether each ``has_it``."""
    having = SetEntry.objects.filter(set=OuterRef("pk"), extension=extension)
    return list(user.sets.with_count().annotate(has_it=Exists(having)).by_title())


def pinnable_versions(extensions: Collection[int]) -> dict[int, list[str]]:
    """Return the numbers of the newest public versions of each extension, in one query."""
    rows = (
        Version.objects.approved()
        .filter(extension__in=extensions)
        .annotate(
            row=Window(
                RowNumber(), partition_by=F("extension"), order_by=[F("sort_key").desc(), F("pk")]
            )
        )
        .filter(row__lte=MAX_PINNABLE)
        .order_by("extension", "row")
        .values_list("extension_id", "number")
    )
    numbers: dict[int, list[str]] = {}
    for extension, number in rows:
        numbers.setdefault(extension, []).append(number)
    return numbers
