"""A package stays within limits for the number of files and their unpacked size."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.package.size_limits import Limits, check_sizes
from extery.rules.context import RuleContext
from extery.rules.rule import PACKAGES, Input, Rule


def check(context: RuleContext, problems: ProblemList, limits: Limits = Limits()) -> None:
    check_sizes(context.members, context.size, problems, context.where(""), limits)


RULE = Rule(
    "package.size",
    check,
    scopes=PACKAGES,
    input=Input.NAMES,
    codes=("package.too-many-members", "package.too-large", "package.bomb"),
)
