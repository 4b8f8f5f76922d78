"""The interface has no advertising and no links to payments."""

from __future__ import annotations

import re

from extery.analysis.facts import ModuleFacts, Text
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.profiles import Profile
from extery.rules.rule import CHECKS, Input, Rule

_SITE = re.compile(
    r"(patreon\.com|paypal\.(com|me)|ko-fi\.com|buymeacoffee\.com|liberapay\.com|gumroad\.com|opencollective\.com"
    r"|blendermarket\.com|superhivemarket\.com|flippednormals\.com|artstation\.com/marketplace|github\.com/sponsors)",
    re.IGNORECASE,
)


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        for text in module.texts:
            if match := _SITE.search(text.text):
                if _is_documentation(module, text):
                    continue
                problems.add(
                    "code.donation-link",
                    where=context.line(module.path, text.at),
                    site=match[1].lower(),
                )
                return


def _is_documentation(module: ModuleFacts, text: Text) -> bool:
    """Return whether the text is in `bl_info`, which Blender does not show for extensions."""
    return any(
        one.name == "%bl_info" and one.at.line <= text.at.line <= one.at.end_line
        for one in module.assignments
    )


RULE = Rule(
    "code.donation-link",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.donation-link",),
    severity="warning",
    guideline="review-interface",
    profiles=frozenset({Profile.BLENDER_ORG}),
)
