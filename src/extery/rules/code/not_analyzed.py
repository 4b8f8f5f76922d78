"""Every module can be analysed within limits of time and memory."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

#: Other rules report modules that cannot be read.
_NO_LIMIT = frozenset({"", "python", "unreadable"})


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.modules:
        if module.failure not in _NO_LIMIT:
            problems.add(
                "code.not-analyzed",
                where=context.where(module.path),
                variant=module.failure,
                file=module.path,
            )


RULE = Rule(
    "code.not-analyzed",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.not-analyzed",),
    severity="warning",
    guideline="terms-reviewable",
)
