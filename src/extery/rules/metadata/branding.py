"""The name does not contain "Blender": the trademark is for Blender itself."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.rules.context import RuleContext
from extery.rules.profiles import Profile
from extery.rules.rule import CHECKS, Input, Rule

_MARK = "blender"


def check(context: RuleContext, problems: ProblemList) -> None:
    name = (context.table or {}).get("name")
    if isinstance(name, str) and _MARK in name.lower():
        problems.add("metadata.branding", where=context.locate(("name",)), name=quote_value(name))


RULE = Rule(
    "metadata.branding",
    check,
    scopes=CHECKS,
    input=Input.TABLE,
    codes=("metadata.branding",),
    severity="warning",
    guideline="terms-branding",
    profiles=frozenset({Profile.BLENDER_ORG}),
)
