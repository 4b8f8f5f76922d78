"""Reasons of moderators that the person concerned reads."""

from __future__ import annotations

from extery.core.errors import InvalidInput, Where
from extery.core.invisible import remove_invisible


def clean_reason(reason: str, *, code: str, max_length: int) -> str:
    """Return the reason in one line; raises `InvalidInput`, with ``code`` if nothing is left of it."""
    where = Where(path=("reason",))
    reason = remove_invisible(" ".join(reason.split()), is_prose=True).strip()
    if not reason:
        raise InvalidInput.of(code, where=where)
    if len(reason) > max_length:
        raise InvalidInput.of(
            "request.too-large",
            where=where,
            field="reason",
            length=len(reason),
            max_length=max_length,
        )
    return reason
