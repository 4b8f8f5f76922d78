"""How long to wait and how often to try again. Decides; the fetcher does the waiting."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Self

from extery.core.errors import Unavailable

#: What `parsedate_to_datetime` and the arithmetic on its results raise for dates from outside.
DATE_ERRORS = (ValueError, TypeError, IndexError, OverflowError, OSError)
_MAX_DATE_LENGTH = 100
_MAX_DIGITS = 9


@dataclass(frozen=True)
class RetryPolicy:
    """Times in seconds."""

    attempts: int = 5
    """How often something is tried without any progress."""
    first_delay: float = 0.5
    longest_delay: float = 60.0
    """A server that asks to wait for longer than this is not waited for."""
    connect: float = 10.0
    read: float = 30.0
    """How long a server may stay silent."""
    grace: float = 30.0
    slowest: int = 10_000
    """After the grace a transfer has to have brought this many bytes a second."""
    max_seconds: float = 600.0
    """The time limit of a document as a whole: lookup, redirects, body, pauses and all attempts."""
    max_package_seconds: float = 6 * 3600.0
    """The time limit of a package as a whole, however large it is."""

    def delay(self, failures: int) -> float:
        """Before the next attempt, longer each time, and not the same for all who failed together."""
        longest: float = min(self.longest_delay, self.first_delay * 2.0 ** (failures - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  nothing secret

    def is_too_slow(self, seconds: float, received: int) -> bool:
        """Whether a transfer that has taken ``seconds`` is to be given up."""
        return seconds > self.grace + received / self.slowest

    def seconds_for(self, size: int) -> float:
        """The time limit of a package of ``size`` bytes: it may arrive at the slowest speed."""
        return min(self.max_package_seconds, self.max_seconds + size / self.slowest)


class TransientError(Unavailable):
    """A failure that may pass: it is worth another attempt."""

    wait: float | None = None
    """How long the server asked to wait, if it did."""
    progressed = False
    """Whether the attempt brought something that the next one builds on."""

    def after(self, wait: float | None) -> Self:
        self.wait = wait
        return self

    def with_progress(self) -> Self:
        self.progressed = True
        return self


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks for, from a number or a date; ``None`` without one."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        # A number that is longer than this is as good as for ever.
        return float(text[:_MAX_DIGITS])
    try:
        return max(0.0, parsedate_to_datetime(text[:_MAX_DATE_LENGTH]).timestamp() - time.time())
    except DATE_ERRORS:
        return None
