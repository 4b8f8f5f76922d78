"""All files are below the folder of the manifest: Blender does not install others."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.package.first_member import add_first


def check(context: RuleContext, problems: ProblemList) -> None:
    add_first(
        [member for member in context.members if not member.name.startswith(context.root)],
        "package.outside-root",
        context=context,
        problems=problems,
        root=context.root,
    )
