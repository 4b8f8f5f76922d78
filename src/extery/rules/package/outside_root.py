"""All files lie below the folder of the manifest: Blender drops the others."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.package.first_member import add_first


def check(context: RuleContext, problems: ProblemList) -> None:
    add_first(
        [member for member in context.members if not member.name.startswith(context.root)],
        "package.outside-root",
        f"outside {context.root} will be dropped",
        hint="move such files into the folder, or leave them out",
        context=context,
        problems=problems,
    )
