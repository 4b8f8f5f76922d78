"""An asset library has the table ``[asset_library]``, and no other extension has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.manifest.schemas.asset_library import check_presence
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    check_presence(context.table or {}, problems, context.locate)


RULE = Rule(
    "manifest.asset-library",
    check,
    scopes=EVERYWHERE,
    input=Input.TABLE,
    codes=("manifest.asset_library.missing", "manifest.asset_library.not-for-type"),
)
