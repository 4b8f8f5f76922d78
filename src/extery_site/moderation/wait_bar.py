"""The bar of the waiting times of a version: how long it has been with us and with its author."""

from __future__ import annotations

from dataclasses import dataclass

from extery_site.moderation.models import QueueEntry
from extery_site.moderation.queue_order import aim_seconds
from extery_site.moderation.waiting import format_duration

#: Seconds of a full waiting bar.
FULL_BAR = 5 * 24 * 3600


@dataclass(frozen=True)
class Wait:
    """The waiting times of a version; widths of the bar are percent."""

    with_us: str
    with_author: str
    """Empty for a version that was never with its author."""
    is_late: bool
    us_width: float
    author_start: float
    author_width: float


def waiting_times(entry: QueueEntry) -> Wait:
    """Return the waiting times of an entry that has those of `QueueEntryQuerySet.with_waits`."""
    us: int = entry.with_us  # type: ignore[attr-defined]
    author: int = entry.with_author  # type: ignore[attr-defined]
    scale = 100 / max(FULL_BAR, us + author)
    return Wait(
        with_us=format_duration(us),
        with_author=format_duration(author) if author else "",
        is_late=us > aim_seconds() and entry.side == QueueEntry.Side.US,
        us_width=round(us * scale, 1),
        author_start=round(us * scale + 1, 1),
        author_width=round(max(author * scale - 1, 0), 1),
    )
