"""Every field of the manifest must follow the schema, in the strict reading for authors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.manifest.schemas.v1_0_0 import check_fields
from extery.rules.manifest_fix import fix_in_manifest
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    check_fields(
        context.table or {},
        problems,
        locate=context.locate,
        strict=True,
        valid_tags=context.valid_tags,
    )


RULE = Rule(
    "manifest.fields",
    check,
    scopes=EVERYWHERE,
    input=Input.TABLE,
    codes=("manifest.*",),
    fix=fix_in_manifest,
)
