"""The code uses nothing of Blender that is experimental or private."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.api_findings import report_findings
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    report_findings(
        context, context.sources.api_findings, problems, kind="experimental", grouped=True
    )


RULE = Rule(
    "compatibility.experimental",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("compatibility.experimental",),
    severity="warning",
    guideline="review-works",
)
