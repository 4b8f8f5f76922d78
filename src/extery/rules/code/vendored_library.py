"""Libraries of others come as wheels, which Blender shares between add-ons."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    sources = context.sources
    for folder in sources.vendor_folders:
        number = sum(1 for module in sources.modules if module.path.startswith(f"{folder}/"))
        problems.add(
            "code.vendored-library", where=context.where(folder), folder=folder, number=number
        )


RULE = Rule(
    "code.vendored-library",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.vendored-library",),
    severity="warning",
    guideline="manual-dependencies",
)
