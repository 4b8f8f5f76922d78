"""Texts of the manifest have no invisible characters and no bidirectional overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.manifest.visible_text import FIELDS, check_visible_text
from extery.rules.manifest_fix import fix_in_manifest
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    if not context.locate.is_plain_source:
        check_visible_text(context.table or {}, problems, locate=context.locate)


RULE = Rule(
    "manifest.visible-text",
    check,
    scopes=EVERYWHERE,
    input=Input.TABLE,
    codes=tuple(f"manifest.{field}.invisible" for field in FIELDS),
    fix=fix_in_manifest,
)
