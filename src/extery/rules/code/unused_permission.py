"""Permissions that are declared are needed."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.permission_use import EVIDENCE, may_need, may_use_anything
from extery.rules.rule import CHECKS, Input, Rule


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


RULE = Rule(
    "code.unused-permission",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.unused-permission",),
    severity="warning",
    guideline="review-manifest",
)
