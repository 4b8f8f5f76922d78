"""Permissions that are declared are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.errors import Problem, ProblemList
from extery.manifest import edit
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_change
from extery.rules.permission_use import EVIDENCE, may_need, may_use_anything
from extery.rules.rule import CHECKS, Input, Rule

if TYPE_CHECKING:
    from extery.rules.fixes import Fix


def check(context: RuleContext, problems: ProblemList) -> None:
    declared = (context.table or {}).get("permissions")
    sources = context.sources
    if not isinstance(declared, dict | list) or not sources.modules:
        return
    if any(module.failure or module.faults for module in sources.modules) or may_use_anything(
        context
    ):
        return
    for permission in declared:
        if (
            isinstance(permission, str)
            and permission in EVIDENCE
            and not may_need(permission, sources.modules)
        ):
            problems.add(
                "code.unused-permission",
                where=context.locate(
                    ("permissions", permission) if isinstance(declared, dict) else ("permissions",)
                ),
                permission=permission,
            )


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Remove the permission, or the table if it has no other: what needs it may be out of sight."""
    declared = (context.table or {}).get("permissions")
    if not isinstance(declared, dict):
        return None
    name = str(dict(problem.values)["permission"])
    path = ("permissions", name) if len(declared) > 1 else ("permissions",)
    return with_change(problem, lambda text: edit.remove(text, path))


RULE = Rule(
    "code.unused-permission",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.unused-permission",),
    severity="warning",
    guideline="review-manifest",
    fix=fix,
)
