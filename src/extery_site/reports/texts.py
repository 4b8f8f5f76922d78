"""Texts of reports, entries and appeals: cleaned, and required where a person needs to read one."""

from __future__ import annotations

from extery.core.errors import InvalidInput, Where
from extery.core.invisible import remove_invisible
from extery_site.catalog.text_limits import clean_text
from extery_site.reports.models import MAX_REPORT_LENGTH


def clean_prose(text: str, *, field: str) -> str:
    """Return the text without invisible characters and overrides; raises `InvalidInput` if it is too long."""
    text = clean_text(text, field=field, max_length=MAX_REPORT_LENGTH)
    lines = text.replace("\t", "    ").splitlines()
    return "\n".join(remove_invisible(line, is_prose=True).rstrip() for line in lines).strip()


def require_text(text: str, *, field: str, code: str) -> str:
    """Return the cleaned text; raises `InvalidInput` with ``code`` if nothing is left of it."""
    text = clean_prose(text, field=field)
    if not text:
        raise InvalidInput.of(code, where=Where(path=(field,)))
    return text
