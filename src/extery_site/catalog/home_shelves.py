"""The shelves of the start page: which extensions are on each, and why. A shelf with too few is left out.

All of them obey "My Blender". What is here is the same for all visitors with the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from extery.core.compatibility import System
from extery.core.types import ASSET_LIBRARY, THEME
from extery.core.versions import parse_blender_version
from extery_site.catalog.models import (
    BlenderTest,
    DailyDownloads,
    EditorsPick,
    Extension,
    ExtensionQuerySet,
    Package,
    ThemeColours,
    sortable_blender,
)
from extery_site.catalog.my_blender import NEWEST_BLENDER, MyBlender, obey

PICKS, TRENDING, ROWS, THEMES, LIBRARIES, NEWEST = 5, 8, 5, 4, 3, 8
#: Fewer than these are no shelf.
MIN_TRENDING, MIN_ROWS, MIN_THEMES, MIN_LIBRARIES = 4, 3, 2, 2
#: New downloads of a week below which nothing is trending.
MIN_DOWNLOADS = 50
_WEEK = timedelta(days=7)
#: The extensions with the most new downloads, from which those that grow are chosen.
_CANDIDATES = 200


class Rising(NamedTuple):
    """An extension, and by how many percent it was downloaded more than in the week before; ``None`` if it had none."""

    extension: Extension
    growth: int | None


class Updates(NamedTuple):
    """The newest versions of today, or of this week if today has few."""

    is_today: bool
    extensions: list[Extension]


class Ready(NamedTuple):
    """Extensions for the newest Blender, those that were tested in it first; keys and the number of the tested ones."""

    extensions: list[Extension]
    tested: set[int]
    number: int


class Shelves:
    """What the start page shows to visitors with one "My Blender"."""

    def __init__(self, mine: MyBlender, now: datetime | None = None) -> None:
        self._mine = mine
        self._now = now or timezone.now()
        self._everything = Extension.objects.browsable()
        self._listed = obey(self._everything.filter(newest_version__isnull=False), mine)

    def _read(self, extensions: ExtensionQuerySet, number: int) -> list[Extension]:
        """Return the first ones; their keys are read first, so that rows are sorted without their texts."""
        keys = list(extensions.values_list("pk", flat=True)[:number])
        found = Extension.objects.with_cards().in_bulk(keys)
        return [found[key] for key in keys if key in found]

    def counts(self) -> tuple[int, int]:
        """Return how many of the extensions fit My Blender, and how many there are."""
        number = self._everything.count()
        system = self._mine.system
        fitting = number if system == System() else self._everything.compatible_with(system).count()
        return fitting, number

    def picks(self) -> list[EditorsPick]:
        """Return the newest picks that are still public."""
        picks = list(
            EditorsPick.objects.filter(extension__in=self._listed).select_related("by")[:PICKS]
        )
        found = Extension.objects.with_cards().in_bulk([pick.extension_id for pick in picks])
        for pick in picks:
            pick.extension = found[pick.extension_id]
        return picks

    def trending(self) -> list[Rising]:
        """Return those whose downloads grew most in the last seven full days, one of each author."""
        today = self._now.date()
        week = Q(day__gte=today - _WEEK, day__lt=today)
        two_weeks = DailyDownloads.objects.filter(day__gte=today - 2 * _WEEK, day__lt=today)
        rows = (
            two_weeks.values("extension")
            .annotate(new=Sum("number", filter=week), all=Sum("number"))
            .filter(new__gte=MIN_DOWNLOADS)
            .order_by("-new", "extension")
            .values_list("extension", "new", "all")[:_CANDIDATES]
        )
        numbers: dict[int, tuple[int, int]] = {key: (new, all_ - new) for key, new, all_ in rows}
        growths = {key: _growth(new, before) for key, (new, before) in numbers.items()}
        owners = dict(self._listed.filter(pk__in=numbers).values_list("pk", "owner_id"))
        chosen: list[int] = []
        authors: set[int] = set()
        for key in sorted(owners, key=lambda key: (-_order(growths[key]), -numbers[key][0], key)):
            if _order(growths[key]) > 0 and owners[key] not in authors:
                authors.add(owners[key])
                chosen.append(key)
        found = Extension.objects.with_cards().in_bulk(chosen[:TRENDING])
        rising = [Rising(found[key], growths[key]) for key in chosen if key in found]
        return rising if len(rising) >= MIN_TRENDING else []

    def updates(self) -> Updates | None:
        """Return the newest versions of today, or else of the last seven days."""
        start = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        newest = self._listed.newest_first()
        for is_today, since in ((True, start), (False, self._now - _WEEK)):
            found = self._read(newest.filter(published_at__gte=since), ROWS)
            if len(found) >= MIN_ROWS:
                return Updates(is_today, found)
        return None

    def ready(self) -> Ready | None:
        """Return extensions for the newest Blender, without those that are known to break in it."""
        version = parse_blender_version(NEWEST_BLENDER)
        number = sortable_blender(NEWEST_BLENDER)
        passed = BlenderTest.objects.filter(
            package__version=OuterRef("newest_version"), blender=number, works=True
        )
        in_range = Q(newest_version__blender_max=None) | Q(newest_version__blender_max__gt=number)
        newest = self._listed.filter(in_range, newest_version__blender_min__lte=number)
        broken = Extension.objects.with_known_problems(version).values("pk")
        newest = newest.exclude(pk__in=broken).newest_first()
        tested = newest.filter(Exists(passed))
        found = self._read(tested, ROWS)
        keys = {one.pk for one in found}
        if len(found) < ROWS:
            found += self._read(newest.exclude(pk__in=keys), ROWS - len(found))
        return Ready(found, keys, tested.count()) if len(found) >= MIN_ROWS else None

    def themes(self) -> list[Extension]:
        """Return the newest themes whose colours are known, with them as ``theme_colours``."""
        known = ThemeColours.objects.filter(sha256=OuterRef("sha256"))
        drawn = Package.objects.filter(Exists(known), version=OuterRef("newest_version"))
        themes = self._listed.of_type(THEME.name).filter(Exists(drawn)).newest_first()
        found = self._read(themes, THEMES)
        add_theme_colours(found)
        return found if len(found) >= MIN_THEMES else []

    def libraries(self) -> list[Extension]:
        """Return the newest asset libraries."""
        found = self._read(self._listed.of_type(ASSET_LIBRARY.name).newest_first(), LIBRARIES)
        return found if len(found) >= MIN_LIBRARIES else []

    def newest(self) -> list[Extension]:
        """Return the newest extensions, for sites without picks."""
        return self._read(self._listed.newest_first(), NEWEST)


def _growth(new: int, before: int) -> int | None:
    return round((new - before) * 100 / before) if before else None


def _order(growth: int | None) -> float:
    return float("inf") if growth is None else growth


def add_theme_colours(themes: Sequence[Extension]) -> None:
    """Set ``theme_colours`` of themes, in two queries; ``None`` where they are not known."""
    versions = [theme.newest_version_id for theme in themes]
    packages = Package.objects.filter(version__in=versions).order_by("-pk")
    hashes: dict[int, str] = dict(packages.values_list("version", "sha256"))
    colours = ThemeColours.objects.in_bulk(list(hashes.values()))
    for theme in themes:
        row: Any = colours.get(hashes.get(theme.newest_version_id or 0, ""))
        theme.theme_colours = row.colours if row else None  # type: ignore[attr-defined]
