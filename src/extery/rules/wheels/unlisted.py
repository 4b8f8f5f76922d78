"""Every packed wheel is listed in the manifest: Blender installs no others."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.types import ADD_ON
from extery.package.names import quote_name
from extery.rules.context import RuleContext
from extery.rules.rule import FILES, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for all wheels that were forgotten."""
    if context.type != ADD_ON.name or not any(
        name.lower().endswith(".whl") for name in context.names
    ):
        return
    from extery.rules.bundled_wheels import unlisted_wheels  # most packages have no wheels

    unlisted = unlisted_wheels(context)
    if not unlisted:
        return
    problems.add(
        "wheel.not-listed",
        where=context.where(unlisted[0]),
        variant="several" if len(unlisted) > 1 else "",
        file=quote_name(unlisted[0]),
        more=len(unlisted) - 1,
        item=f'"./{unlisted[0]}"',
    )


RULE = Rule(
    "wheels.unlisted",
    check,
    scopes=FILES,
    input=Input.MANIFEST,
    codes=("wheel.not-listed",),
    severity="warning",
    guideline="manual-wheels",
)
