"""Advice about licences: unknown names, deprecated identifiers, and missing prefixes."""

from __future__ import annotations

from extery.core import licenses
from extery.core.text import quote_value
from extery.manifest.lint_context import LintContext


def check_licenses(lint: LintContext) -> None:
    """Warn of each licence that is not a current expression of the SPDX list with its prefix."""
    for index, text in lint.texts("license"):
        expression = licenses.canonical_expression(text.strip())
        value = quote_value(text)
        if expression is None:
            _add_unknown_license(lint, index, text)
            continue
        current = _current_license(expression)
        if current != expression:
            _add_deprecated(lint, index, value, expression, current)
        elif not text.startswith(licenses.PREFIX):
            suggestion = licenses.PREFIX + expression
            lint.add("license.no-prefix", "license", index, value=value, suggestion=suggestion)


def _current_license(expression: str) -> str:
    if expression in licenses.COMMON_LICENSES:
        return expression
    from extery.core.license_aliases import replace_deprecated

    return replace_deprecated(expression)


def _add_deprecated(
    lint: LintContext, index: int, value: str, expression: str, current: str
) -> None:
    from extery.core.license_aliases import is_ambiguous

    values = {"value": value, "suggestion": licenses.PREFIX + current}
    if is_ambiguous(expression):
        values |= {"variant": "ambiguous", "only": values["suggestion"].replace("or-later", "only")}
    lint.add("license.deprecated", "license", index, **values)


def _add_unknown_license(lint: LintContext, index: int, text: str) -> None:
    from extery.core.license_aliases import suggest_license

    values = {"value": quote_value(text)}
    if suggestion := suggest_license(text):
        values |= {"variant": "similar", "suggestion": licenses.PREFIX + suggestion}
    lint.add("license.unknown", "license", index, **values)
