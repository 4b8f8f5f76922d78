"""Warnings about a manifest: values that Blender accepts and that cause trouble later.

Every problem added here is a warning with a code of its own, so the verdict stays that of Blender.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from extery.core import licenses, platforms
from extery.core.errors import ProblemList
from extery.core.text import closest_match, quote_value
from extery.core.types import FIRST_BLENDER
from extery.core.versions import BlenderVersion, format_blender_version, parse_blender_version
from extery.manifest.lint_context import LintContext
from extery.manifest.schemas.checking import limit_problems
from extery.manifest.schemas.v1_0_0 import FIELDS

if TYPE_CHECKING:
    from extery.manifest.locator import Locator

KNOWN_SCHEMA_VERSIONS = ("1.0.0",)


def lint_manifest(table: Mapping[str, Any], problems: ProblemList, *, locate: Locator) -> None:
    """Add warnings about the fields of ``table`` that have no error in ``problems``."""
    invalid = {problem.where.path[0] for problem in problems.errors if problem.where.path}
    valid = {key: value for key, value in table.items() if key not in invalid}
    lint = LintContext(valid, problems, locate)
    for check in (
        *(_check_id, _check_versions, _check_website, _check_licenses, _check_empty),
        *(_check_platforms, _check_wheels, _check_keys),
    ):
        check(lint)


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
    if minimum < FIRST_BLENDER:
        first = format_blender_version(FIRST_BLENDER)
        lint.add(f"{field}.too-old", field, value=quote_value(text), first=first)
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


def _check_licenses(lint: LintContext) -> None:
    for index, text in lint.texts("license"):
        expression = licenses.canonical_expression(text.strip())
        if expression is None:
            lint.add("license.unknown", "license", index, value=quote_value(text))
        elif not text.startswith(licenses.PREFIX):
            suggestion = licenses.PREFIX + expression
            value = quote_value(text)
            lint.add("license.no-prefix", "license", index, value=value, suggestion=suggestion)


def _check_empty(lint: LintContext) -> None:
    codes = {"copyright": "empty", "permissions": "no-reasons", "wheels": "empty"}
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
            known = ", ".join(platforms.KNOWN)
            lint.add("platforms.unknown", "platforms", index, value=quote_value(item), known=known)


def _check_wheels(lint: LintContext) -> None:
    if lint.table.get("wheels"):
        # Imported here: most manifests list no wheels.
        from extery.manifest.lint_wheels import check_wheels

        _check_duplicates(lint, "wheels")
        check_wheels(lint)


def _check_keys(lint: LintContext) -> None:
    if not isinstance(lint.table.get("build", {}), dict):
        lint.add("build.not-a-table", "build")
    for key in limit_problems(lint.table, lint.problems):
        if key in FIELDS or key == "build":
            continue
        similar = closest_match(key, FIELDS)
        variant = {"variant": "similar", "similar": similar} if similar else {}
        lint.add("key.unknown", key, key=quote_value(key), **variant)
