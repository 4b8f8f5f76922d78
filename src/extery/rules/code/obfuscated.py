"""Code is written to be read: no long encoded texts, no lines that no editor shows."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

#: Maximum characters of a line of code; longer lines are generated or minified.
MAX_LINE = 5_000
MAX_ENCODED = 4_000
_ENCODED = re.compile(r"^[A-Za-z0-9+/=_\\-]{200,}$|^(\\\\x[0-9a-f]{2}){50,}$")


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        encoded = next(
            (
                text
                for text in module.texts
                if text.length >= MAX_ENCODED and _ENCODED.match(text.text)
            ),
            None,
        )
        if encoded is not None:
            problems.add(
                "code.obfuscated",
                where=context.line(module.path, encoded.at),
                variant="encoded",
                file=module.path,
                length=encoded.length,
            )
        elif module.longest_line >= MAX_LINE and len(module.functions) > 2:
            problems.add(
                "code.obfuscated",
                where=context.where(module.path),
                file=module.path,
                length=module.longest_line,
            )


RULE = Rule(
    "code.obfuscated",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.obfuscated",),
    severity="warning",
    guideline="terms-reviewable",
)
