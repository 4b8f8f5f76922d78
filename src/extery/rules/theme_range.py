"""Compare a theme's file with every Blender of its range, and report each cause once.

A file usually is the export of one Blender. What newer ones do not know is one cause, with the version that the range
should end at; what older ones do not know is another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from extery.core.compatibility import BlenderRange
from extery.core.errors import ProblemList, Where
from extery.core.text import quote_value
from extery.core.versions import BlenderSeries, format_series
from extery.package.theme_settings import (
    Comparison,
    Setting,
    compare_settings,
    line_of,
    parse_elements,
)
from extery.package.theme_structure import exported_paths, known_series, theme_structure
from extery.rules.context import RuleContext

#: A file with this share of what a Blender exports is an export, and not a choice of some colours.
_EXPORT_SHARE = 0.95


class _Cause(NamedTuple):
    """Settings that Blenders on one side of the range do not know, each with the Blender where that begins or ends."""

    which: str
    settings: Mapping[tuple[int, str], Setting]
    bounds: Counter[BlenderSeries]
    missing: int


def check_theme(name: str, data: bytes, context: RuleContext, problems: ProblemList) -> None:
    """Add the problems of a theme's file ``name``, which `extery.package.theme_xml.read_theme` accepts."""
    range_ = _range_of(context.table or {})
    series = [item for item in known_series() if range_ and range_.overlaps(_range_of_series(item))]
    if range_ is None or not series:
        return
    root = parse_elements(data)
    compared = {item: compare_settings(root, theme_structure(item)) for item in series}
    where = Where(context.where(name).file if not context.members else context.root + name)
    for cause in _causes(series, compared):
        first = next(iter(cause.settings.values()))
        problems.add(
            "theme.unknown-attributes",
            where=where._replace(line=line_of(first, data)),
            variant=_variant(cause),
            count=len(cause.settings),
            kind=_kind(cause.settings.values()),
            file=name,
            name=first.name,
            missing=cause.missing,
            **_versions(cause, series, range_),
        )
    _check_values(name, data, compared, where, problems)


def _range_of(table: Mapping[str, Any]) -> BlenderRange | None:
    try:
        return BlenderRange.parse(table["blender_version_min"], table.get("blender_version_max"))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # reported by the rules of the manifest


def _range_of_series(series: BlenderSeries) -> BlenderRange:
    return BlenderRange.of_series(format_series(series))


def _causes(
    series: Sequence[BlenderSeries], compared: Mapping[BlenderSeries, Comparison]
) -> list[_Cause]:
    """Return the causes for which some Blender of the range does not know settings."""
    found: dict[str, dict[tuple[int, str], Setting]] = {"newer": {}, "older": {}, "all": {}}
    bounds: dict[str, Counter[BlenderSeries]] = {which: Counter() for which in found}
    unknown: dict[tuple[int, str], tuple[Setting, set[BlenderSeries]]] = {}
    for item, comparison in compared.items():
        for setting in comparison.unknown:
            key = id(setting.element), setting.attribute
            unknown.setdefault(key, (setting, set()))[1].add(item)
    for key, (setting, blenders) in unknown.items():
        known = [item for item in series if item not in blenders]
        if not known:
            found["all"][key] = setting
        elif series[-1] in blenders:
            found["newer"][key] = setting
            bounds["newer"][series[series.index(known[-1]) + 1]] += 1
        else:
            found["older"][key] = setting
            bounds["older"][series[series.index(max(blenders)) + 1]] += 1
    missing = _missing(compared)
    return [
        _Cause(which, dict(sorted(settings.items(), key=_position)), bounds[which], missing[which])
        for which, settings in found.items()
        if settings
    ]


def _position(item: tuple[tuple[int, str], Setting]) -> int:
    return item[1].element.offset


def _missing(compared: Mapping[BlenderSeries, Comparison]) -> Counter[str]:
    """Return how many attributes the newest and the oldest Blender export and the file does not set.

    Nothing is missing in a file that sets a choice of colours.
    """
    structures = {item: exported_paths(item) for item in known_series()}
    read = set().union(*(comparison.read for comparison in compared.values()))
    shares = {item: len(names & read) / len(names) for item, names in structures.items()}
    best = max(shares, key=lambda item: (shares[item], item))
    counts = Counter[str]()
    if shares[best] >= _EXPORT_SHARE:
        ends = {"newer": max(compared), "older": min(compared)}
        for which, end in ends.items():
            if (end > best) if which == "newer" else (end < best):
                counts[which] = len(structures[end] - compared[end].read - structures[best])
    return counts


def _variant(cause: _Cause) -> str:
    one = "-one" if len(cause.settings) == 1 else ""
    return f"{cause.which}{one}{'-lacks' if cause.missing else ''}"


def _kind(settings: Any) -> str:
    kinds = {"attributes" if setting.attribute else "elements" for setting in settings}
    return " and ".join(sorted(kinds))


def _versions(
    cause: _Cause, series: Sequence[BlenderSeries], range_: BlenderRange
) -> dict[str, str]:
    """Return the values that name Blenders: those that do not know the settings, and the new end of the range."""
    if cause.which == "all":
        return {"blenders": _blenders(series, range_), "steps": "", "bound": "", "first": ""}
    bound = min(cause.bounds) if cause.which == "newer" else max(cause.bounds)
    index = series.index(bound)
    unknown = series[index:] if cause.which == "newer" else series[:index]
    word = "since" if cause.which == "newer" else "before"
    counts = [
        f"{count} {word} {format_series(item)}" for item, count in sorted(cause.bounds.items())
    ]
    return {
        "blenders": _blenders(unknown, range_),
        "steps": f" ({', '.join(counts)})" if len(counts) > 1 else "",
        "bound": f"{format_series(bound)}.0",
        "first": format_series(series[-1]),
    }


def _blenders(series: Sequence[BlenderSeries], range_: BlenderRange) -> str:
    """Return ``Blender 5.2 and newer``, ``Blender 4.2 to 5.0`` or ``Blender 4.2``."""
    first, last = format_series(series[0]), format_series(series[-1])
    if series[-1] == known_series()[-1] and range_.maximum is None:
        return f"Blender {first} and newer"
    return f"Blender {first}" if first == last else f"Blender {first} to {last}"


def _check_values(
    name: str,
    data: bytes,
    compared: Mapping[BlenderSeries, Comparison],
    where: Where,
    problems: ProblemList,
) -> None:
    """Add one problem for the first value at which a Blender stops."""
    stops = {item: comparison.bad[0] for item, comparison in compared.items() if comparison.bad}
    if not stops:
        return
    bad = min(stops.values(), key=lambda stop: stop.setting.element.offset)
    blenders = [item for item, stop in stops.items() if stop == bad]
    problems.add(
        "theme.value",
        variant=bad.kind,
        where=where._replace(line=line_of(bad.setting, data)),
        blenders=f"Blender {', '.join(map(format_series, blenders))}",
        file=name,
        name=bad.setting.name,
        value=quote_value(bad.value),
        choices=", ".join(bad.choices),
    )
