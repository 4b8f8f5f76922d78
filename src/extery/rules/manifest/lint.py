"""Warnings about values that Blender accepts and that cause trouble later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.rules.manifest_fix import fix_in_manifest
from extery.rules.rule import AUTHORS, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    from extery.manifest.lint import lint_manifest  # not needed in repositories

    lint_manifest(context.table or {}, problems, locate=context.locate)


RULE = Rule(
    "manifest.lint",
    check,
    scopes=AUTHORS,
    input=Input.TABLE,
    codes=("manifest.*",),
    severity="warning",
    fix=fix_in_manifest,
)
