"""``build`` in a packaged manifest must be a table: otherwise all tools of Blender that open the package crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.manifest.build_table import check_build_table
from extery.rules.rule import PACKAGES, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    check_build_table(context.table or {}, problems, context.locate)


RULE = Rule(
    "manifest.build",
    check,
    scopes=PACKAGES,
    input=Input.TABLE,
    codes=("package.build-not-table",),
)
