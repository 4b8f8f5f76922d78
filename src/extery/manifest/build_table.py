"""The table ``build`` of a manifest, as far as readers of packages need it.

Its keys for building are in `extery.author.build`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.manifest.locator import Locator

#: Fields that ``build.generated`` replaces.
GENERATED_KEYS = ("platforms", "wheels")


def check_build_table(table: Mapping[str, Any], problems: ProblemList, locate: Locator) -> None:
    """Add a problem if ``build`` or ``build.generated`` is not a table: readers of packages crash on it."""
    build = table.get("build", {})
    if not isinstance(build, dict):
        problems.add("package.build-not-table", where=locate(("build",)))
    elif not isinstance(build.get("generated", {}), dict):
        where = locate(("build", "generated"))
        problems.add("package.build-not-table", where=where, variant="generated")


def with_generated(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of a split package, with the platforms and wheels of ``build.generated``."""
    if not _has_generated(table):
        return dict(table)
    generated = table["build"]["generated"]
    return dict(table) | {key: generated[key] for key in GENERATED_KEYS if key in generated}


def is_generated(field: str, table: Mapping[str, Any]) -> bool:
    """Return whether the field of a split package is that of ``build.generated``."""
    return (
        field in GENERATED_KEYS and _has_generated(table) and field in table["build"]["generated"]
    )


def generated_fields(table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of a split package that are those of ``build.generated``."""
    if not _has_generated(table):
        return ()
    return tuple(key for key in GENERATED_KEYS if is_generated(key, table))


def _has_generated(table: Mapping[str, Any]) -> bool:
    build = table.get("build")
    return isinstance(build, dict) and isinstance(build.get("generated"), dict)
