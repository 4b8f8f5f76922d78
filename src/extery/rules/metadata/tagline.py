"""The tagline says more than the name, which is shown above it."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    table = context.table or {}
    name, tagline = table.get("name"), table.get("tagline")
    if not (isinstance(name, str) and isinstance(tagline, str)):
        return
    if any(text != text.strip() or not text.isprintable() for text in (name, tagline)):
        return  # it has to be written again anyway, as errors state
    if _letters(name) == _letters(tagline) != "":
        problems.add(
            "metadata.tagline-is-name",
            where=context.locate(("tagline",)),
            tagline=quote_value(tagline),
        )


RULE = Rule(
    "metadata.tagline",
    check,
    scopes=CHECKS,
    input=Input.TABLE,
    codes=("metadata.tagline-is-name",),
    severity="warning",
    guideline="review-manifest",
)


def _letters(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())
