"""Advice on a manifest: what Blender lets pass and what goes wrong later all the same.

Every problem noted here is a warning with a code of its own, so our verdict stays Blender's.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from extery.core import licenses, platforms
from extery.core.errors import ProblemList, Where
from extery.core.manifest_rules import FIELDS, shown
from extery.core.versions import BlenderRange, parse_blender_version
from extery.core.wheels import WheelName

SCHEMA_VERSIONS = ("1.0.0",)
_FIRST_BLENDER = (4, 2, 0)


class Locate(Protocol):
    def __call__(self, path: tuple[str | int, ...], *, of_key: bool = False) -> Where: ...


def advise(table: Mapping[str, Any], problems: ProblemList, *, locate: Locate) -> None:
    """Note warnings on every value that has the type its field asks for."""
    for check in (_id, _versions, _website, _licenses, _empty, _platforms, _wheels, _keys):
        check(table, problems, locate)


def _text(table: Mapping[str, Any], field: str) -> str:
    value = table.get(field)
    return value if isinstance(value, str) else ""


def _texts(table: Mapping[str, Any], field: str) -> list[tuple[int, str]]:
    value = table.get(field)
    items = value if isinstance(value, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, str)]


def _id(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    value, where = _text(table, "id"), locate(("id",)) if "id" in table else Where()
    if not value.isidentifier():
        return
    if keyword.iskeyword(value):
        problems.add(
            "manifest.id.keyword",
            f"id {value!r} is a keyword of Python",
            hint=f"choose another, for example {f'{value}_tool'!r}",
            where=where,
        )
    if not value.isascii():
        problems.add(
            "manifest.id.not-ascii",
            f"id {value!r} has letters outside ASCII",
            hint="use a to z, 0 to 9 and underscores",
            where=where,
        )
    elif value != value.lower():
        problems.add(
            "manifest.id.capitals",
            f"id {value!r} has capital letters",
            hint=f"write {value.lower()!r}, unless it is published already",
            where=where,
        )


def _versions(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    schema = _text(table, "schema_version")
    if schema and schema not in SCHEMA_VERSIONS:
        problems.add(
            "manifest.schema_version.unknown",
            f"schema_version {schema!r} is not known here",
            hint=f"write {SCHEMA_VERSIONS[-1]!r}; the extension's own version is a field of its own",
            where=locate(("schema_version",)),
        )
    if _text(table, "version").endswith("\n"):
        problems.add(
            "manifest.version.trailing-newline",
            "version ends with a line break",
            hint="write it in one line",
            where=locate(("version",)),
        )
    _blender_versions(table, problems, locate)


def _blender_versions(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    try:
        low = parse_blender_version(_text(table, "blender_version_min"))
    except ValueError:
        return
    where = locate(("blender_version_min",))
    if low < _FIRST_BLENDER:
        problems.add(
            "manifest.blender_version_min.too-old",
            f"blender_version_min is {_text(table, 'blender_version_min')!r}, extensions came with 4.2.0",
            hint="write '4.2.0', or the oldest version you have tried",
            where=where,
        )
    if not _text(table, "blender_version_min").isascii():
        problems.add(
            "manifest.blender_version_min.odd-digits",
            "blender_version_min has digits other than 0 to 9",
            hint="write them as 0 to 9",
            where=where,
        )
    _maximum(table, low, problems, locate)


def _maximum(
    table: Mapping[str, Any], low: tuple[int, int, int], problems: ProblemList, locate: Locate
) -> None:
    if "blender_version_max" not in table:
        return
    where = locate(("blender_version_max",))
    if table["blender_version_max"] == "":
        problems.add(
            "manifest.blender_version_max.empty",
            "blender_version_max is empty",
            hint="leave the field out",
            where=where,
        )
        return
    try:
        high = parse_blender_version(_text(table, "blender_version_max"))
    except ValueError:
        return
    if BlenderRange(low, high).is_empty:
        problems.add(
            "manifest.blender_version_max.empty-range",
            f"no Blender is at least {table['blender_version_min']} and below {table['blender_version_max']}",
            hint="the maximum is the first version that is not supported any more",
            where=where,
        )


def _website(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    website = _text(table, "website").strip()
    if not website:
        return
    try:
        address = urlsplit(website)
        good = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        good = False
    if not good:
        problems.add(
            "manifest.website.not-url",
            f"website is not a web address: {shown(website)}",
            hint="write the whole address, beginning with https://",
            where=locate(("website",)),
        )


def _licenses(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    for index, text in _texts(table, "license"):
        if not text.strip():
            continue
        where = locate(("license", index))
        known = licenses.canonical(text.strip())
        if known is None:
            problems.add(
                "manifest.license.unknown",
                f"{shown(text)} is not a licence of the SPDX list",
                hint="for example 'SPDX:GPL-3.0-or-later'; the list is at spdx.org/licenses",
                where=where,
            )
        elif not text.startswith(licenses.PREFIX):
            problems.add(
                "manifest.license.no-prefix",
                f"{shown(text)} has no SPDX: prefix",
                hint=f"write {licenses.PREFIX + known!r}",
                where=where,
            )


def _empty(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    for field in ("copyright", "permissions", "wheels"):
        if table.get(field) in ([], {}):
            problems.add(
                f"manifest.{field}.empty",
                f"{field} is empty",
                hint="leave it out",
                where=locate((field,)),
            )


def _platforms(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    for field in ("platforms", "tags"):
        seen: set[str] = set()
        for index, item in _texts(table, field):
            if item in seen:
                problems.add(
                    f"manifest.{field}.duplicate",
                    f"{field} has {item!r} twice",
                    hint="remove one of them",
                    where=locate((field, index)),
                )
            seen.add(item)
    for index, item in _texts(table, "platforms"):
        if item.strip() and item not in platforms.KNOWN:
            problems.add(
                "manifest.platforms.unknown",
                f"{item!r} is not a platform of Blender",
                hint=f"choose from: {', '.join(platforms.KNOWN)}",
                where=locate(("platforms", index)),
            )


def _wheels(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    listed = {item for _, item in _texts(table, "platforms")}
    seen: set[str] = set()
    served: dict[str, set[str] | None] = {}
    for index, path in _texts(table, "wheels"):
        where = locate(("wheels", index))
        if path in seen:
            problems.add("manifest.wheels.duplicate", f"wheels has {path!r} twice", hint="remove one of them", where=where)  # fmt: skip
        seen.add(path)
        if path.startswith("/") or ".." in path.split("/"):
            problems.add(
                "manifest.wheels.outside",
                f"{path!r} leads out of the extension's folder",
                hint="copy the wheel into the folder, for example to ./wheels/",
                where=where,
            )
        try:
            wheel = WheelName.parse(path)
        except ValueError:
            continue
        _wheel_platforms(wheel, listed, served, problems, where)
    _platforms_without(listed, served, problems, locate)


def _wheel_platforms(
    wheel: WheelName,
    listed: set[str],
    served: dict[str, set[str] | None],
    problems: ProblemList,
    where: Where,
) -> None:
    fits = wheel.platforms()
    so_far = served.setdefault(wheel.library, set())
    if fits is None:
        served[wheel.library] = None
        return
    if so_far is not None:
        so_far |= fits
    if not fits:
        problems.add(
            "manifest.wheels.no-platform",
            f"the wheel of {wheel.name} is for {wheel.platform_tag!r}, which no Blender runs on",
            hint="take the 64-bit wheel",
            where=where,
        )
    elif listed and not fits & listed:
        problems.add(
            "manifest.wheels.unlisted-platform",
            f"the wheel of {wheel.name} is for {', '.join(sorted(fits))}, which platforms does not list",
            hint="add the platform, or remove the wheel",
            where=where,
        )


def _platforms_without(
    listed: set[str],
    served: dict[str, set[str] | None],
    problems: ProblemList,
    locate: Locate,
) -> None:
    for library, platforms_served in served.items():
        if platforms_served is None:
            continue
        for platform in sorted(listed - platforms_served):
            problems.add(
                "manifest.wheels.platform-without",
                f"platforms lists {platform!r}, but there is no wheel of {library} for it",
                hint="add that wheel, or take the platform off the list",
                where=locate(("platforms",)),
            )


def _keys(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    if "build" in table and not isinstance(table["build"], dict):
        problems.add(
            "manifest.build.not-a-table",
            "build must be a table",
            hint="write a section [build]",
            where=locate(("build",)),
        )
    for key in table:
        if key not in FIELDS and key != "build":
            problems.add(
                "manifest.key.unknown",
                f"{key!r} is not a field of the manifest",
                hint=_similar(key) or "remove it",
                where=locate((key,), of_key=True),
            )


def _similar(key: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(key.lower(), FIELDS, n=1)
    return f"did you mean {found[0]!r}?" if found else ""
