"""Website and e-mail address are not on a domain that is reserved for examples (RFC 2606)."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.rules.context import RuleContext
from extery.rules.rule import Input, Rule, Scope

_DOMAIN = r"(?:[\w-]+\.)*example\.(?:com|org|net)"
_WEBSITE = re.compile(rf"\s*https?://{_DOMAIN}(?:[:/?#].*)?", re.IGNORECASE | re.DOTALL)
_MAINTAINER = re.compile(rf".*@{_DOMAIN}>?\s*", re.IGNORECASE | re.DOTALL)


def check(context: RuleContext, problems: ProblemList) -> None:
    table = context.table or {}
    for field, pattern in (("website", _WEBSITE), ("maintainer", _MAINTAINER)):
        value = table.get(field)
        if isinstance(value, str) and len(value) < 1000 and pattern.fullmatch(value):
            problems.add(
                "metadata.example-domain",
                where=context.locate((field,)),
                field=field,
                value=quote_value(value),
            )


# For authors only: sites for trying things out use such addresses on purpose.
RULE = Rule(
    "metadata.example-domains",
    check,
    scopes=frozenset({Scope.CHECK}),
    input=Input.TABLE,
    codes=("metadata.example-domain",),
    severity="warning",
    guideline="review-manifest",
)
