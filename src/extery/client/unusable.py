"""The error for a file or folder that the client cannot read or write."""

from __future__ import annotations

from pathlib import Path

from extery.core.errors import Unavailable, Where


def unusable(path: Path, error: Exception) -> Unavailable:
    """Return the error for ``path`` with the reason that ``error``, an `OSError` or a time-out of a lock, states."""
    reason = getattr(error, "strerror", None) or str(error)
    variant = "missing" if isinstance(error, FileNotFoundError) else ""
    return Unavailable.of(
        "target.unusable", variant=variant, where=Where(str(path)), path=str(path), reason=reason
    )
