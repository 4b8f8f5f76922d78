"""Warnings about values that Blender accepts and that cause trouble later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.manifest.lint import lint_manifest

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    lint_manifest(context.table or {}, problems, locate=context.locate)
