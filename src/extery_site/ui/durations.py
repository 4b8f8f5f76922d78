"""Durations as short texts: ``12 min``, ``1 d 4 h``, ``12 d``."""

from __future__ import annotations

from datetime import timedelta


def short_duration(duration: timedelta) -> str:
    """Return a duration for a table: minutes below an hour, hours below ten days, then days."""
    minutes = max(0, int(duration.total_seconds()) // 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if hours == 0:
        return f"{minutes} min"
    if days == 0:
        return f"{hours} h"
    if days >= 10 or hours == days * 24:
        return f"{days} d"
    return f"{days} d {hours - days * 24} h"
