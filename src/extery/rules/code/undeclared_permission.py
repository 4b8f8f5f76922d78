"""Permissions that the code needs are declared."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.permission_use import permission_uses
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    declared = (context.table or {}).get("permissions")
    names = set(declared) if isinstance(declared, dict | list) else set()
    for permission, uses in permission_uses(context.sources.parts).items():
        if permission in names or not uses:
            continue
        module, place, name = uses[0]
        problems.add(
            "code.undeclared-permission",
            where=context.line(module, place),
            permission=permission,
            name=name,
            more=len(uses) - 1,
        )


RULE = Rule(
    "code.undeclared-permission",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.undeclared-permission",),
    severity="warning",
    guideline="review-manifest",
)
