"""Fixes of rules that change the manifest. `extery.author.manifest_fix` applies them, and only if that helps.

What the fixes need is imported here when there is a problem: most rules run in every command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extery.core.errors import Problem
    from extery.rules.context import RuleContext
    from extery.rules.fixes import Fix


def fix_in_manifest(context: RuleContext, problem: Problem) -> Fix | None:
    """Return the fix of a problem of the manifest itself."""
    from extery.manifest.fixes import find_fix
    from extery.rules.fixes import of_manifest

    found = find_fix(problem, context.table)
    return None if found is None else of_manifest(problem, found)


def with_change(problem: Problem, change: Callable[[str], str], *, is_safe: bool = False) -> Fix:
    """Return the fix that changes the text of the manifest; ``change`` is an `extery.manifest.fixes.Change`."""
    from extery.manifest.fixes import ManifestFix
    from extery.rules.fixes import of_manifest

    return of_manifest(problem, ManifestFix(change, is_safe))


def with_platforms(_context: RuleContext, problem: Problem) -> Fix | None:
    """Return the fix that lists the platforms of the value ``line``: others may only lack their wheels today."""
    from extery.manifest import edit

    values = dict(problem.values)
    if values.get("variant") not in (None, "several"):
        return None
    return with_change(problem, lambda text: edit.add_statement(text, str(values["line"])))


def with_patterns(context: RuleContext, problem: Problem, patterns: Sequence[str]) -> Fix | None:
    """Return the fix that leaves files out by more patterns.

    There is none without patterns in the manifest: the first would switch off Blender's default ones.
    """
    from extery.manifest import edit

    build = (context.table or {}).get("build")
    path = ("build", "paths_exclude_pattern")
    if not isinstance(build, dict) or not build.get(path[-1]):
        return None
    return with_change(problem, lambda text: edit.append_items(text, path, patterns))
