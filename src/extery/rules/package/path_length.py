"""Paths are short enough for Windows.

Names that do not mean one file everywhere are found when the package is opened, in
`extery.package.collisions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext

# Blender's folders take about 100 of the 260 characters that Windows allows.
_MAX_LENGTH = 160


def check(context: RuleContext, problems: ProblemList) -> None:
    too_long = [member.name for member in context.members if len(member.name) > _MAX_LENGTH]
    if not too_long:
        return
    longest = max(too_long, key=len)
    more = f", the longest of {len(too_long)} such paths" if len(too_long) > 1 else ""
    problems.add(
        "path.too-long",
        f"{longest[:40]}… has {len(longest)} characters{more}",
        hint=f"stay below {_MAX_LENGTH}",
        where=context.where("")._replace(path=(longest,)),
    )
