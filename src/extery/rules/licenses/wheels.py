"""The libraries in wheels have licences that can be combined with the GPL 3.0 or later."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule
from extery.rules.wheel_licenses import stated_licenses


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for each library, whatever the number of its wheels."""
    for stated in stated_licenses(context):
        if stated.assessment.verdict == "incompatible":
            problems.add(
                "license.wheel-incompatible",
                where=context.locate(("wheels", stated.number)),
                library=stated.library,
                license=stated.assessment.licenses[0],
                reason=stated.assessment.reason,
            )


RULE = Rule(
    "licenses.wheels",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("license.wheel-incompatible",),
    severity="warning",
    guideline="terms-license",
)
