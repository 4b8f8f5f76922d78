"""Advice on a manifest: what Blender lets pass and what goes wrong later all the same.

Every problem noted here is a warning with a code of its own, so our verdict stays Blender's.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from extery.core import licenses, platforms
from extery.core.compatibility import BlenderRange
from extery.core.errors import ProblemList, Where
from extery.core.name_sets import NameSet, union
from extery.core.text import quote_value
from extery.core.types import FIRST_BLENDER
from extery.core.versions import format_blender_version, parse_blender_version
from extery.core.wheel_names import WheelName
from extery.manifest.schemas.checking import limit_problems
from extery.manifest.schemas.v1_0_0 import FIELDS

SCHEMA_VERSIONS = ("1.0.0",)


class Locate(Protocol):
    def __call__(self, path: tuple[str | int, ...], *, of_key: bool = False) -> Where: ...


class Advice(NamedTuple):
    """The table that is judged, and where the warnings go."""

    table: Mapping[str, Any]
    problems: ProblemList
    locate: Locate

    def add(self, code: str, message: str, hint: str, *path: str | int) -> None:
        """Note a warning. The place is looked up only now: most manifests need none."""
        of_key = code == "key.unknown"
        where = self.locate(path, of_key=of_key)
        self.problems.add(f"manifest.{code}", message, hint=hint, where=where)

    def text(self, field: str) -> str:
        value = self.table.get(field)
        return value if isinstance(value, str) else ""

    def texts(self, field: str) -> Iterator[tuple[int, str]]:
        value = self.table.get(field)
        items = value if isinstance(value, list) else []
        for index, item in limit_problems(enumerate(items), self.problems):
            if isinstance(item, str):
                yield index, item


def advise(table: Mapping[str, Any], problems: ProblemList, *, locate: Locate) -> None:
    """Note warnings on the fields in which no error was found."""
    at_fault = {problem.where.path[0] for problem in problems.errors if problem.where.path}
    sound = {key: value for key, value in table.items() if key not in at_fault}
    advice = Advice(sound, problems, locate)
    for check in (_id, _versions, _website, _licenses, _empty, _platforms, _wheels, _keys):
        check(advice)


def _id(advice: Advice) -> None:
    value = advice.text("id")
    if not value.isidentifier():
        return
    if keyword.iskeyword(value):
        hint = f"choose another, for example {f'{value}_tool'!r}"
        advice.add("id.keyword", f"id {value!r} is a keyword of Python", hint, "id")
    if not value.isascii():
        hint = "use a to z, 0 to 9 and underscores"
        advice.add("id.not-ascii", f"id {value!r} has letters outside ASCII", hint, "id")
    elif value != value.lower():
        hint = f"write {value.lower()!r}, unless it is published already"
        advice.add("id.capitals", f"id {value!r} has capital letters", hint, "id")


def _versions(advice: Advice) -> None:
    schema = advice.text("schema_version")
    if schema and schema not in SCHEMA_VERSIONS:
        advice.add(
            "schema_version.unknown",
            f"schema_version {schema!r} is not known here",
            f"write {SCHEMA_VERSIONS[-1]!r}; the extension's own version is a field of its own",
            "schema_version",
        )
    if advice.text("version").endswith("\n"):
        message = "version ends with a line break"
        advice.add("version.trailing-newline", message, "write it in one line", "version")
    _blender_versions(advice)


def _blender_versions(advice: Advice) -> None:
    field = "blender_version_min"
    text = advice.text(field)
    try:
        low = parse_blender_version(text)
    except ValueError:
        return
    if low < FIRST_BLENDER:
        first = format_blender_version(FIRST_BLENDER)
        advice.add(
            f"{field}.too-old",
            f"{field} is {text!r}, extensions came with {first}",
            f"write {first!r}, or the oldest version you have tried",
            field,
        )
    if not text.isascii():
        message = f"{field} has digits other than 0 to 9"
        advice.add(f"{field}.odd-digits", message, "write them as 0 to 9", field)
    _maximum(advice, low)


def _maximum(advice: Advice, low: tuple[int, int, int]) -> None:
    field = "blender_version_max"
    text = advice.table.get(field)
    if text == "":
        advice.add(f"{field}.empty", f"{field} is empty", "leave the field out", field)
        return
    try:
        high = parse_blender_version(advice.text(field))
    except ValueError:
        return
    if BlenderRange(low, high).is_empty:
        advice.add(
            f"{field}.empty-range",
            f"no Blender is at least {advice.text('blender_version_min')} and below {text}",
            "the maximum is the first version that is not supported any more",
            field,
        )


def _website(advice: Advice) -> None:
    website = advice.text("website").strip()
    if not website:
        return
    from urllib.parse import urlsplit

    try:
        address = urlsplit(website)
        good = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        good = False
    if not good:
        advice.add(
            "website.not-url",
            f"website is not a web address: {quote_value(website)}",
            "write the whole address, beginning with https://",
            "website",
        )


def _licenses(advice: Advice) -> None:
    for index, text in advice.texts("license"):
        known = licenses.canonical_expression(text.strip())
        if known is None:
            advice.add(
                "license.unknown",
                f"{quote_value(text)} is not a licence of the SPDX list",
                "for example 'SPDX:GPL-3.0-or-later'; the list is at spdx.org/licenses",
                *("license", index),
            )
        elif not text.startswith(licenses.PREFIX):
            message = f"{quote_value(text)} has no {licenses.PREFIX} prefix"
            hint = f"write {licenses.PREFIX + known!r}"
            advice.add("license.no-prefix", message, hint, "license", index)


def _empty(advice: Advice) -> None:
    codes = {"copyright": "empty", "permissions": "no-reasons", "wheels": "empty"}
    for field, kind in codes.items():
        if advice.table.get(field) in ([], {}):
            advice.add(f"{field}.{kind}", f"{field} is empty", "leave it out", field)


def _duplicates(advice: Advice, field: str) -> None:
    seen: set[str] = set()
    for index, item in advice.texts(field):
        if item in seen:
            message = f"{field} has {quote_value(item)} twice"
            advice.add(f"{field}.duplicate", message, "remove one of them", field, index)
        seen.add(item)


def _platforms(advice: Advice) -> None:
    _duplicates(advice, "tags")
    _duplicates(advice, "platforms")
    for index, item in advice.texts("platforms"):
        if item not in platforms.KNOWN:
            hint = f"choose from: {', '.join(platforms.KNOWN)}"
            message = f"{quote_value(item)} is not a platform of Blender"
            advice.add("platforms.unknown", message, hint, "platforms", index)


def _wheels(advice: Advice) -> None:
    listed = NameSet(frozenset(item for _, item in advice.texts("platforms")))
    served: dict[str, list[NameSet]] = {}
    _duplicates(advice, "wheels")
    for index, path in advice.texts("wheels"):
        if path.startswith("/") or ".." in path.split("/"):
            advice.add(
                "wheels.outside",
                f"{quote_value(path)} leads out of the extension's folder",
                "copy the wheel into the folder, for example to ./wheels/",
                *("wheels", index),
            )
        _wheel_platforms(advice, index, WheelName.parse(path), listed, served)
    _platforms_without(advice, listed, served)


def _wheel_platforms(
    advice: Advice,
    index: int,
    wheel: WheelName,
    listed: NameSet,
    served: dict[str, list[NameSet]],
) -> None:
    fits = wheel.platforms
    served.setdefault(wheel.library, []).append(fits)
    if fits.is_empty:
        advice.add(
            "wheels.no-platform",
            f"the wheel of {wheel.name} is for {wheel.platform_tag!r}, which no Blender runs on",
            "take the 64-bit wheel",
            *("wheels", index),
        )
    elif not listed.is_empty and not fits.overlaps(listed):
        advice.add(
            "wheels.unlisted-platform",
            f"the wheel of {wheel.name} is for {', '.join(sorted(fits.names))}, which platforms does not list",
            "add the platform, or remove the wheel",
            *("wheels", index),
        )


def _platforms_without(
    advice: Advice, listed: NameSet, served: Mapping[str, list[NameSet]]
) -> None:
    lacking = (
        (library, platform)
        for library, fits in served.items()
        for platform in sorted(listed.subtract(union(fits)).names)
    )
    for library, platform in limit_problems(lacking, advice.problems):
        advice.add(
            "wheels.platform-without",
            f"platforms lists {quote_value(platform)}, but there is no wheel of {library} for it",
            "add that wheel, or take the platform off the list",
            "platforms",
        )


def _keys(advice: Advice) -> None:
    if not isinstance(advice.table.get("build", {}), dict):
        advice.add("build.not-a-table", "build must be a table", "write a section [build]", "build")
    for key in limit_problems(advice.table, advice.problems):
        if key not in FIELDS and key != "build":
            message = f"{quote_value(key)} is not a field of the manifest"
            advice.add("key.unknown", message, _similar(key) or "remove it", key)


def _similar(key: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(key.lower(), FIELDS, n=1)
    return f"did you mean {found[0]!r}?" if found else ""
