"""The chart of downloads a day: by Blender, system or version, with the releases of the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import QueryDict

from extery.core import platforms
from extery.core.versions import Version as Number
from extery_site.catalog.models import Version
from extery_site.statistics import chart
from extery_site.statistics.queries import Keys, Split, downloads_split, today

#: By what the layers are told apart: name -> label.
SPLITS: dict[Split, str] = {"blender": "Blender", "platform": "system", "version": "version"}
#: The lengths of a chart in days.
LENGTHS = (30, 90)
MAX_MARKS = 12


class Choice(NamedTuple):
    """What the chart of a page shows; a value that is not known is the first one."""

    by: Split
    days: int

    @classmethod
    def of(cls, query: QueryDict) -> Choice:
        by = query.get("by", "")
        days = query.get("days", "")
        known = {str(one): one for one in LENGTHS}
        return cls(by if by in SPLITS else "blender", known.get(days, LENGTHS[0]))


def chart_of(extensions: Keys, choice: Choice, *, with_names: bool) -> chart.Chart:
    """Return the chart of extensions in two queries; ``with_names``: of which extension a release is."""
    days = [today() - timedelta(days=ago) for ago in reversed(range(choice.days))]
    order, label = _WORDS[choice.by]
    return chart.stacked(
        downloads_split(extensions, days=choice.days, by=choice.by),
        days,
        order=order,
        label=label,
        marks=_releases(extensions, days[0], with_names=with_names),
    )


def _releases(extensions: Keys, since: date, *, with_names: bool) -> list[tuple[date, str]]:
    """Return the last releases, the oldest first."""
    # As an expression: the index of the status would lead SQLite through all public versions of the site.
    versions = Version.objects.alias(state=Coalesce("status", Value(""))).filter(
        extension__in=extensions,
        state=Version.Status.APPROVED,
        approved_at__gte=datetime.combine(since, time(), UTC),
    )
    rows = versions.order_by("-approved_at").values_list("approved_at", "number", "extension__name")
    return [
        (at.date(), f"{name} {number}" if with_names else number)
        for at, number, name in reversed(rows[:MAX_MARKS])
        if at is not None
    ]


def _number_order(text: str) -> tuple[bool, str]:
    try:
        return True, Number.parse(text).sort_key
    except ValueError:
        return False, text


def _series_order(series: str) -> tuple[int, ...]:
    return tuple(map(int, series.split("."))) if series else ()


def _platform_order(platform: str) -> int:
    return -platforms.KNOWN.index(platform) if platform in platforms.KNOWN else -99


_WORDS: dict[Split, tuple[Callable[[str], Any], Callable[[str], str]]] = {
    "blender": (_series_order, lambda series: series or "Not named"),
    "platform": (_platform_order, lambda name: platforms.title(name) if name else "Not named"),
    "version": (_number_order, str),
}
