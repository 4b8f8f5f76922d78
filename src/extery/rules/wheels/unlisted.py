"""Every packed wheel is listed in the manifest: Blender installs no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.errors import InvalidInput, Problem, ProblemList
from extery.core.types import ADD_ON
from extery.package.names import quote_name
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_change
from extery.rules.rule import FILES, Input, Rule

if TYPE_CHECKING:
    from extery.rules.fixes import Fix


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for all wheels that were forgotten."""
    if context.type != ADD_ON.name or ".whl\n" not in context.lower_names:
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


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """List the wheels; they may be there by mistake."""
    import tomllib

    from extery.manifest.edit import InapplicableEdit
    from extery.manifest.wheel_list import with_wheels
    from extery.rules.bundled_wheels import unlisted_wheels

    paths = [f"./{name}" for name in unlisted_wheels(context)]

    def change(text: str) -> str:
        listed = tomllib.loads(text).get("wheels", [])
        try:
            return with_wheels(text.encode(), [*listed, *paths]).decode()
        except InvalidInput as error:
            raise InapplicableEdit from error

    return with_change(problem, change)


RULE = Rule(
    "wheels.unlisted",
    check,
    scopes=FILES,
    input=Input.MANIFEST,
    codes=("wheel.not-listed",),
    severity="warning",
    guideline="manual-wheels",
    fix=fix,
)
