"""Warnings about fields that Blender accepts and that go wrong later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.manifest.lint import advise

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    advise(context.table or {}, problems, locate=context.locate)
