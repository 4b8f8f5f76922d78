"""The shelves of the start page: which extensions are on each, and why. A shelf with too few is left out.

All of them obey "My Blender". What is here is the same for all visitors with the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from extery.core.compatibility import System
from extery.core.types import ASSET_LIBRARY, THEME
from extery.core.versions import parse_blender_version
from extery_site.catalog.models import (
    BlenderTest,
    EditorsPick,
    Extension,
    ExtensionQuerySet,
    Package,
    RisingExtension,
    ThemeColours,
    sortable_blender,
)
from extery_site.catalog.my_blender import NEWEST_BLENDER, MyBlender, obey

PICKS, TRENDING, ROWS, THEMES, LIBRARIES, NEWEST = 5, 8, 5, 4, 3, 8
#: Trending extensions are shown in whole rows.
TILES_IN_ROW = 4
#: Fewer than these are no shelf.
MIN_TRENDING, MIN_ROWS, MIN_THEMES, MIN_LIBRARIES = 4, 3, 2, 2
#: The newest picks, of which some may not be public any more, or not fit.
_MAX_PICKS = 40
_WEEK = timedelta(days=7)


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
        newest = list(EditorsPick.objects.select_related("by")[:_MAX_PICKS])
        keys = [pick.extension_id for pick in newest]
        shown = set(self._listed.filter(pk__in=keys).values_list("pk", flat=True))
        picks = [pick for pick in newest if pick.extension_id in shown][:PICKS]
        found = Extension.objects.with_cards().in_bulk([pick.extension_id for pick in picks])
        for pick in picks:
            pick.extension = found[pick.extension_id]
        return picks

    def trending(self) -> list[RisingExtension]:
        """Return those whose downloads grew most in the last seven full days, one of each author."""
        rows = {row.extension_id: row for row in RisingExtension.objects.all()}
        owners = dict(self._listed.filter(pk__in=rows).values_list("pk", "owner_id"))
        chosen: list[int] = []
        authors: set[int] = set()
        for key in sorted(owners, key=lambda key: (*_order(rows[key]), key)):
            if owners[key] not in authors:
                authors.add(owners[key])
                chosen.append(key)
        found = Extension.objects.with_cards().in_bulk(chosen[:TRENDING])
        rising = [rows[key] for key in chosen if key in found]
        rising = rising[: len(rising) // TILES_IN_ROW * TILES_IN_ROW]
        for row in rising:
            row.extension = found[row.extension_id]
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
        passed = BlenderTest.objects.filter(blender=number, works=True).values("package__version")
        in_range = Q(newest_version__blender_max=None) | Q(newest_version__blender_max__gt=number)
        newest = self._listed.filter(in_range, newest_version__blender_min__lte=number)
        broken = Extension.objects.with_known_problems(version).values("pk")
        newest = newest.exclude(pk__in=broken).newest_first()
        tested = newest.filter(newest_version__in=passed)
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


def _order(row: RisingExtension) -> tuple[float, int]:
    """Sort by growth: those that had no downloads before come first, the most downloaded first."""
    return (float("-inf") if row.growth is None else -row.growth), -row.new


def add_theme_colours(themes: Sequence[Extension]) -> None:
    """Set ``theme_colours`` of themes, in two queries; ``None`` where they are not known."""
    versions = [theme.newest_version_id for theme in themes]
    packages = Package.objects.filter(version__in=versions).order_by("-pk")
    hashes: dict[int, str] = dict(packages.values_list("version", "sha256"))
    colours = ThemeColours.objects.in_bulk(list(hashes.values()))
    for theme in themes:
        row: Any = colours.get(hashes.get(theme.newest_version_id or 0, ""))
        theme.theme_colours = row.colours if row else None  # type: ignore[attr-defined]
