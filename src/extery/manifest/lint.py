"""Warnings about a manifest: values that Blender accepts and that cause trouble later.

Every problem added here is a warning with a code of its own, so the verdict stays that of Blender.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from extery.core import platforms
from extery.core.errors import ProblemList
from extery.core.text import closest_match, quote_value
from extery.core.types import ADD_ON, ASSET_LIBRARY, FIRST_BLENDER, TYPES_BY_NAME
from extery.core.versions import BlenderVersion, format_blender_version, parse_blender_version
from extery.manifest.build_table import is_generated
from extery.manifest.lint_context import LintContext
from extery.manifest.lint_licenses import check_licenses
from extery.manifest.schemas.checking import limit_problems
from extery.manifest.schemas.registry import KNOWN_SCHEMA_VERSIONS
from extery.manifest.schemas.v1_0_0 import FIELDS

if TYPE_CHECKING:
    from extery.manifest.locator import Locator

#: Keys of ``[build]``; the build itself writes the last one.
KEYS_OF_BUILD = ("paths", "paths_exclude_pattern", "generated")


def lint_manifest(table: Mapping[str, Any], problems: ProblemList, *, locate: Locator) -> None:
    """Add warnings about the fields of ``table`` that have no error in ``problems``."""
    invalid = {_field_of(problem.where.path) for problem in problems.errors}
    valid = {key: value for key, value in table.items() if key not in invalid}
    lint = LintContext(valid, problems, locate)
    for check in (
        *(_check_id, _check_versions, _check_website, check_licenses, _check_empty),
        *(_check_platforms, _check_wheels, _check_asset_library, _check_keys),
    ):
        check(lint)


def _field_of(path: tuple[str | int, ...]) -> str | int:
    """Return the field with the value at ``path``; that of a split package may be in ``build.generated``."""
    if path[:2] == ("build", "generated") and len(path) > 2:
        return path[2]
    return path[0] if path else ""


def _check_id(lint: LintContext) -> None:
    value = lint.text("id")
    if not value.isidentifier():
        return
    if keyword.iskeyword(value):
        lint.add("id.keyword", "id", value=quote_value(value), suggestion=f"{value}_tool")
    if not value.isascii():
        lint.add("id.not-ascii", "id", value=quote_value(value))
    elif value != value.lower():
        lint.add("id.capitals", "id", value=quote_value(value), suggestion=value.lower())


def _check_versions(lint: LintContext) -> None:
    schema = lint.text("schema_version")
    if schema and schema not in KNOWN_SCHEMA_VERSIONS:
        values = {"value": quote_value(schema), "latest": KNOWN_SCHEMA_VERSIONS[-1]}
        lint.add("schema_version.unknown", "schema_version", **values)
    if lint.text("version").endswith("\n"):
        lint.add("version.trailing-newline", "version")
    try:
        minimum = parse_blender_version(lint.text("blender_version_min"))
    except ValueError:
        return
    _check_minimum(lint, minimum)
    _check_maximum(lint, minimum)


def _check_minimum(lint: LintContext, minimum: BlenderVersion) -> None:
    field = "blender_version_min"
    text = lint.text(field)
    type_ = TYPES_BY_NAME.get(lint.text("type"))
    first = type_.first_blender if type_ else FIRST_BLENDER
    if minimum < first:
        what = type_.plural.lower() if type_ and first > FIRST_BLENDER else "extensions"
        values = {"value": quote_value(text), "first": format_blender_version(first)}
        lint.add(f"{field}.too-old", field, types=what, **values)
    if not text.isascii():
        lint.add(f"{field}.odd-digits", field)


def _check_maximum(lint: LintContext, minimum: BlenderVersion) -> None:
    field = "blender_version_max"
    text = lint.text(field)
    if lint.table.get(field) == "":
        lint.add(f"{field}.empty", field)
        return
    try:
        maximum = parse_blender_version(text)
    except ValueError:
        return
    if maximum <= minimum:
        low = lint.text("blender_version_min")
        lint.add(f"{field}.empty-range", field, minimum=low, maximum=text)
    else:
        _check_inclusive(lint, maximum)


def _check_inclusive(lint: LintContext, maximum: BlenderVersion) -> None:
    """Warn of a maximum such as 4.4.9 or 5.99.0, which makes sense only if it were inclusive."""
    major, minor, _ = maximum
    if not any(map(_looks_like_last, maximum)):
        return
    values = {"value": quote_value(lint.text("blender_version_max"))}
    if _looks_like_last(major):
        lint.add("blender_version_max.inclusive", "blender_version_max", variant="open", **values)
        return
    is_last_minor = _looks_like_last(minor)
    following = (major + 1, 0, 0) if is_last_minor else (major, minor + 1, 0)
    values |= {
        "suggestion": format_blender_version(following),
        "series": str(major) if is_last_minor else f"{major}.{minor}",
    }
    lint.add("blender_version_max.inclusive", "blender_version_max", **values)


def _looks_like_last(number: int) -> bool:
    """Return whether a part of a version stands for all numbers: 9, 99, 999 …, or one that no Blender reaches."""
    return set(str(number)) == {"9"} or number >= 50


def _check_website(lint: LintContext) -> None:
    website = lint.text("website").strip()
    if not website:
        return
    from urllib.parse import urlsplit

    try:
        url = urlsplit(website)
        is_web_url = url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        is_web_url = False
    if not is_web_url:
        lint.add("website.not-url", "website", value=quote_value(website))


def _check_empty(lint: LintContext) -> None:
    codes = {"copyright": "empty", "permissions": "no-reasons", "wheels": "empty"}
    if is_generated("wheels", lint.table):
        # A split package without any of the wheels: the build writes the empty list.
        del codes["wheels"]
    for field, kind in codes.items():
        if lint.table.get(field) in ([], {}):
            lint.add(f"{field}.{kind}", field)


def _check_duplicates(lint: LintContext, field: str) -> None:
    seen: set[str] = set()
    for index, item in lint.texts(field):
        if item in seen:
            lint.add(f"{field}.duplicate", field, index, value=quote_value(item))
        seen.add(item)


def _check_platforms(lint: LintContext) -> None:
    _check_duplicates(lint, "tags")
    _check_duplicates(lint, "platforms")
    for index, item in lint.texts("platforms"):
        if item not in platforms.KNOWN:
            _add_unknown_platform(lint, index, item)


def _add_unknown_platform(lint: LintContext, index: int, item: str) -> None:
    from extery.core.platform_aliases import is_every_platform, suggest_platforms

    values = {"value": quote_value(item), "known": ", ".join(platforms.KNOWN)}
    if is_every_platform(item):
        values["variant"] = "every"
    elif names := suggest_platforms(item):
        values |= {"variant": "similar", "suggestion": ", ".join(f"'{name}'" for name in names)}
    lint.add("platforms.unknown", "platforms", index, **values)


def _check_wheels(lint: LintContext) -> None:
    if lint.table.get("wheels"):
        # Imported here: most manifests list no wheels.
        from extery.manifest.lint_wheels import check_wheels

        _check_duplicates(lint, "wheels")
        type_ = TYPES_BY_NAME.get(lint.text("type"), ADD_ON)
        if type_ is ADD_ON:
            check_wheels(lint)
        else:
            lint.add("wheels.no-effect", "wheels", types=type_.plural.lower())


def _check_asset_library(lint: LintContext) -> None:
    if lint.text("type") == ASSET_LIBRARY.name:
        # Imported here: most extensions are add-ons.
        from extery.manifest.lint_asset_library import check_asset_library

        check_asset_library(lint)


def _check_keys(lint: LintContext) -> None:
    if not isinstance(lint.table.get("build", {}), dict):
        lint.add("build.not-a-table", "build")
    for key in limit_problems(lint.table, lint.problems):
        if key not in FIELDS and key != "build":
            _add_unknown_key(lint, key)
    build = lint.table.get("build")
    if isinstance(build, dict):
        _check_build_keys(lint, build)


def _add_unknown_key(lint: LintContext, key: str) -> None:
    from extery.manifest.lint_keys import ALIASES, describe_key

    if any(problem.code == f"manifest.{ALIASES.get(key)}.missing" for problem in lint.problems):
        return  # that problem names the key
    values = describe_key(key, lint.table)
    if not values and (similar := closest_match(key, FIELDS)):
        values = {"variant": "similar", "similar": similar}
    lint.add("key.unknown", key, key=quote_value(key), **values)


def _check_build_keys(lint: LintContext, build: Mapping[str, Any]) -> None:
    for key in limit_problems(build, lint.problems):
        if key in KEYS_OF_BUILD:
            continue
        values = {"variant": "in-build", "known": ", ".join(KEYS_OF_BUILD[:2])}
        if key in FIELDS:
            values = {"variant": "misplaced"}
        elif similar := closest_match(key, KEYS_OF_BUILD[:2]):
            values = {"variant": "similar", "similar": similar}
        lint.add("key.unknown", "build", key, key=quote_value(key), **values)
