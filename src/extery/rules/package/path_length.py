"""Paths are short enough for Windows. All other rules for paths are in `extery.package.names`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.errors import Where
from extery.rules.rule import AUTHORS, FILES, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext

# Windows allows 260 characters, of which Blender's own folders use about 100.
_MAX_LENGTH = 160


def check(context: RuleContext, problems: ProblemList) -> None:
    names = [member.name for member in context.members] or context.names
    too_long = [name for name in names if len(name) > _MAX_LENGTH]
    if not too_long:
        return
    longest = max(too_long, key=len)
    problems.add(
        "path.too-long",
        where=context.where("")._replace(path=(longest,)) if context.members else Where(longest),
        variant="several" if len(too_long) > 1 else "",
        path=f"{longest[:40]}…",
        length=len(longest),
        limit=_MAX_LENGTH,
        count=len(too_long),
    )


RULE = Rule(
    "package.path-length",
    check,
    scopes=FILES & AUTHORS,
    input=Input.NAMES,
    codes=("path.too-long",),
    severity="warning",
)
