"""Every Python of the Blender range can compile every module."""

from __future__ import annotations

from extery.core.errors import ProblemList, Where
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.modules:
        if module.path == "__init__.py" and "/" not in module.path:
            continue  # `extery.rules.package.init_syntax` reports it everywhere
        for fault in module.faults:
            problems.add(
                "code.syntax",
                where=Where(context.root + module.path, (), fault.line, fault.column),
                file=module.path,
                reason=fault.message,
                python=fault.python,
            )


RULE = Rule(
    "code.syntax",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.syntax",),
    severity="warning",
    guideline="review-works",
)
