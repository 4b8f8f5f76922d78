"""Every member can be unpacked, and has the size and checksum that the directory states."""

from __future__ import annotations

from extery.core.errors import InvalidPackage, ProblemList
from extery.package.names import MAX_NAME_PROBLEMS
from extery.rules.context import RuleContext
from extery.rules.rule import PACKAGES, Input, Rule

#: Problems for which a member is not reported again.
_UNREADABLE = frozenset(
    {
        *("package.damaged-member", "package.unsupported-compression", "package.encrypted"),
        *("package.stream-size", "package.header-mismatch"),
    }
)


def check(context: RuleContext, problems: ProblemList) -> None:
    assert context.package is not None
    reported = {problem.where.path for problem in problems if problem.code in _UNREADABLE}
    count_before = len(problems)
    for member in context.package.members:
        if len(problems) - count_before >= MAX_NAME_PROBLEMS:
            return
        try:
            context.package.verify(member, checkpoint=context.checkpoint)
        except InvalidPackage as error:
            problems.extend(p for p in error.problems if p.where.path not in reported)


RULE = Rule(
    "package.members",
    check,
    scopes=PACKAGES,
    input=Input.MEMBERS,
    codes=tuple(sorted(_UNREADABLE - {"package.encrypted"})),
)
