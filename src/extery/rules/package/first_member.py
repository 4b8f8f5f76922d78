"""One problem for all members with the same fault."""

from __future__ import annotations

from collections.abc import Sequence

from extery.core.errors import ProblemList
from extery.package import Member
from extery.rules.context import RuleContext


def add_first(
    members: Sequence[Member],
    code: str,
    text: str,
    *,
    hint: str,
    context: RuleContext,
    problems: ProblemList,
) -> None:
    """Note a problem that names the first of ``members`` and the number of others; none for no members."""
    if not members:
        return
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    place = context.where("")._replace(path=(members[0].name,))
    problems.add(code, f"{members[0].name}{more} {text}", hint=hint, where=place)
