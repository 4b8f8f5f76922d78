"""Licences in manifests: ``SPDX:`` followed by an SPDX identifier or expression."""

from __future__ import annotations

PREFIX = "SPDX:"
#: Expressions are parsed recursively; real ones have up to a hundred characters.
MAX_EXPRESSION_LENGTH = 1_000


def canonical_expression(text: str) -> str | None:
    """Return the SPDX expression of a licence in its official spelling, or ``None`` if it is unknown.

    >>> canonical_expression("SPDX:gpl-3.0-or-later")
    'GPL-3.0-or-later'
    """
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    expression = text[len(PREFIX) :] if text.startswith(PREFIX) else text
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
