"""The table ``build`` of a manifest, as far as readers of packages need it.

Its keys for building are in `extery.author.build`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.manifest.locator import Locator


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
    build = table.get("build")
    generated = build.get("generated") if isinstance(build, dict) else None
    merged = dict(table)
    if isinstance(generated, dict):
        for key in ("platforms", "wheels"):
            if key in generated:
                merged[key] = generated[key]
    return merged
