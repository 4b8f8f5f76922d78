"""The code uses no name that a Blender of the range does not have."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.api_findings import report_findings
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    report_findings(
        context, context.sources.api_findings, problems, kind="incompatible", grouped=True
    )


RULE = Rule(
    "compatibility.incompatible",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("compatibility.incompatible",),
    severity="warning",
    guideline="review-works",
)
