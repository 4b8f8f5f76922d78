"""The licences of a manifest as SPDX expressions, for the rules in `extery.rules.licenses`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extery.core.licenses import canonical_expression
from extery.rules.context import RuleContext

_IDENTIFIER = re.compile(r"[^\s()]+")
_OPERATORS = frozenset({"AND", "OR", "WITH"})


def license_expressions(context: RuleContext) -> Iterator[tuple[int, str]]:
    """Yield the index and the expression of each licence, without those that are not on the SPDX list."""
    listed = (context.table or {}).get("license")
    if not isinstance(listed, list | tuple):
        return
    from extery.core.license_aliases import replace_deprecated

    for index, text in enumerate(listed[:100]):
        expression = canonical_expression(text.strip()) if isinstance(text, str) else None
        if expression is not None:
            yield index, replace_deprecated(expression)


def identifiers_in(expression: str) -> list[str]:
    """Return the identifiers of licences in an expression, without those of exceptions."""
    tokens = _IDENTIFIER.findall(expression)
    return [
        token
        for before, token in zip(["", *tokens], tokens, strict=False)
        if token not in _OPERATORS and before != "WITH"
    ]
