"""Report several members with the same problem once: the first by name, the others by number."""

from __future__ import annotations

from collections.abc import Sequence

from extery.core.errors import ProblemList, Value
from extery.package import Member
from extery.package.issue import Issue
from extery.package.names import quote_name
from extery.rules.context import RuleContext


def add_first(
    members: Sequence[Member],
    code: str,
    *,
    context: RuleContext,
    problems: ProblemList,
    variant: str = "",
    **values: Value,
) -> None:
    """Add a problem unless ``members`` is empty; its variant for more than one is ``several`` or ``…-several``."""
    if not members:
        return
    name, more = members[0].name, len(members) - 1
    if more:
        variant = f"{variant}-several" if variant else "several"
    where = context.where("")._replace(path=(name,))
    Issue(code, variant, values).add_to(problems, where=where, member=quote_name(name), more=more)
