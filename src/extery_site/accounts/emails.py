"""The form in which e-mail addresses are stored and compared: one address is one account."""

from __future__ import annotations

import unicodedata
from contextlib import suppress


def normalize_email(email: str) -> str:
    """Return an address in lower case and one Unicode form, its domain without Punycode."""
    text = unicodedata.normalize("NFKC", email.strip()).casefold()
    local, at, domain = text.rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("idna")
    return f"{local}{at}{domain}"
