"""Retry policy: time limits, delays between attempts, and which errors are worth a retry."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Self

from extery.core.errors import Unavailable

#: Exceptions of `parsedate_to_datetime` and of arithmetic on its results, for untrusted dates.
DATE_ERRORS = (ValueError, TypeError, IndexError, OverflowError, OSError)
_MAX_DATE_LENGTH = 100
_MAX_DIGITS = 9


@dataclass(frozen=True)
class RetryPolicy:
    """Limits of transfers; all times are in seconds."""

    attempts: int = 5
    """Maximum attempts without progress."""
    first_delay: float = 0.5
    max_delay: float = 60.0
    """Maximum delay between attempts; a longer ``Retry-After`` ends the retries."""
    connect: float = 10.0
    read: float = 30.0
    """Maximum time between two bytes from the server."""
    grace: float = 30.0
    min_speed: int = 10_000
    """Minimum average speed in bytes per second, checked after ``grace`` seconds."""
    max_seconds: float = 600.0
    """Total time limit of a document: lookup, redirects, body, delays and all attempts."""
    max_package_seconds: float = 6 * 3600.0
    """Total time limit of a package of any size."""

    def delay(self, failures: int) -> float:
        """Return the delay before the next attempt: exponential, with jitter."""
        max_delay: float = min(self.max_delay, self.first_delay * 2.0 ** (failures - 1))
        return max_delay * random.uniform(0.5, 1.0)  # noqa: S311  nothing secret

    def is_too_slow(self, seconds: float, received: int) -> bool:
        """Whether a transfer of ``received`` bytes in ``seconds`` is below the minimum speed."""
        return seconds > self.grace + received / self.min_speed

    def time_limit(self, size: int) -> float:
        """Return the total time limit of a package of ``size`` bytes, from the minimum speed."""
        return min(self.max_package_seconds, self.max_seconds + size / self.min_speed)


class TransientError(Unavailable):
    """An error that a retry may resolve."""

    wait: float | None = None
    """The ``Retry-After`` of the server in seconds, if it sent one."""
    progressed = False
    """Whether the attempt transferred data that the next one continues from."""

    def after(self, wait: float | None) -> Self:
        """Set ``wait`` and return the error."""
        self.wait = wait
        return self

    def with_progress(self) -> Self:
        """Set ``progressed`` and return the error."""
        self.progressed = True
        return self


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Parse ``Retry-After``, a number or a date, into seconds; ``None`` if it is missing or invalid.

    A date is compared with that of the response: the clock of this computer may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        # More digits than this exceed every limit anyway.
        return float(text[:_MAX_DIGITS])
    until, sent = _seconds_of(text), _seconds_of(headers.get("date", ""))
    return None if until is None else max(0.0, until - (time.time() if sent is None else sent))


def _seconds_of(date: str) -> float | None:
    """Return the time of a date in a header, in seconds since the epoch; ``None`` if it is invalid."""
    try:
        return parsedate_to_datetime(date.strip()[:_MAX_DATE_LENGTH]).timestamp()
    except DATE_ERRORS:
        return None
