"""No member is encrypted."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.package.zip_format import FLAG_ENCRYPTED
from extery.rules.context import RuleContext
from extery.rules.first_member import add_first
from extery.rules.rule import PACKAGES, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    add_first(
        [member for member in context.members if member.flags & FLAG_ENCRYPTED],
        "package.encrypted",
        context=context,
        problems=problems,
    )


RULE = Rule(
    "package.encrypted",
    check,
    scopes=PACKAGES,
    input=Input.NAMES,
    codes=("package.encrypted",),
)
