"""Licences as manifests name them: ``SPDX:`` and an identifier or expression of the SPDX list."""

from __future__ import annotations

PREFIX = "SPDX:"
#: The expression is parsed recursively; real ones have up to a hundred characters.
MAX_LENGTH = 1_000


def canonical_expression(text: str) -> str | None:
    """The SPDX expression of a manifest's licence in its official spelling; ``None`` if unknown.

    >>> canonical("SPDX:gpl-3.0-or-later")
    'GPL-3.0-or-later'
    """
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    expression = text[len(PREFIX) :] if text.startswith(PREFIX) else text
    if len(expression) > MAX_LENGTH:
        return None
    try:
        return str(canonicalize_license_expression(expression))
    except InvalidLicenseExpression:
        return None


def page(text: str) -> str | None:
    """The page that explains a licence, for a single known identifier; else ``None``."""
    name = canonical_expression(text)
    if name is None or " " in name or name.startswith("LicenseRef"):
        return None
    return f"https://spdx.org/licenses/{name}.html"
