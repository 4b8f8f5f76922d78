"""All files are below the folder of the manifest: Blender does not install others.

Files of macOS and Windows are a problem of their own, see `extery.rules.package.system_files`.
"""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.package.system_files import system_of
from extery.rules.context import RuleContext
from extery.rules.first_member import add_first
from extery.rules.rule import AUTHORS, PACKAGES, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    add_first(
        [
            member
            for member in context.members
            if not member.name.startswith(context.root) and not system_of(member.name)
        ],
        "package.outside-root",
        context=context,
        problems=problems,
        root=context.root,
    )


RULE = Rule(
    "package.outside-root",
    check,
    scopes=PACKAGES & AUTHORS,
    input=Input.NAMES,
    codes=("package.outside-root",),
    severity="warning",
)
