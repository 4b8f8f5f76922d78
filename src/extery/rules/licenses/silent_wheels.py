"""The wheels of each library state a licence.

For authors only: a reviewer can look it up, and cannot add it.
"""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import Input, Rule, Scope
from extery.rules.wheel_licenses import stated_licenses


def check(context: RuleContext, problems: ProblemList) -> None:
    for stated in stated_licenses(context):
        if not stated.says_something:
            problems.add(
                "license.wheel-unknown",
                where=context.locate(("wheels", stated.number)),
                library=stated.library,
            )


RULE = Rule(
    "licenses.silent-wheels",
    check,
    scopes=frozenset({Scope.CHECK}),
    input=Input.FILES,
    codes=("license.wheel-unknown",),
    severity="warning",
    guideline="terms-license",
)
