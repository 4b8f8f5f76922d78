"""Licences in manifests: ``SPDX:`` followed by an SPDX identifier or expression."""

from __future__ import annotations

PREFIX = "SPDX:"
#: Expressions are parsed recursively; real ones have up to a hundred characters.
MAX_EXPRESSION_LENGTH = 1_000
#: The licences of nearly all extensions, which need not be looked up: importing the table of all takes a millisecond.
COMMON_LICENSES = frozenset(
    {
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "AGPL-3.0-or-later",
        "LGPL-3.0-or-later",
        "MIT",
        "Apache-2.0",
        "BSD-3-Clause",
        "CC0-1.0",
        "CC-BY-4.0",
        "CC-BY-SA-4.0",
    }
)


def canonical_expression(text: str) -> str | None:
    """Return the SPDX expression of a licence in its official spelling, or ``None`` if it is unknown.

    >>> canonical_expression("SPDX:gpl-3.0-or-later")
    'GPL-3.0-or-later'
    """
    expression = text[len(PREFIX) :] if text.startswith(PREFIX) else text
    if expression in COMMON_LICENSES:
        return expression
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if len(expression) > MAX_EXPRESSION_LENGTH:
        return None
    try:
        return str(canonicalize_license_expression(expression))
    except InvalidLicenseExpression:
        return None


def license_page_url(text: str) -> str | None:
    """Return the URL of the page about a licence, or ``None`` unless it is a single known identifier."""
    name = canonical_expression(text)
    if name is None or " " in name or name.startswith("LicenseRef"):
        return None
    return f"https://spdx.org/licenses/{name}.html"
