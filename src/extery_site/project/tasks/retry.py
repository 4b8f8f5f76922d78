"""How often and when a failed task is tried again: 5 attempts by default, with growing delays.

`task(retry=…)` sets another policy; `extery_site.project.tasks.queue.record_failure` applies it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class RetryPolicy:
    """Maximum attempts of a failing task, and the delays between them.

    `extery.fetch.retry.RetryPolicy` is the one for HTTP requests.
    """

    max_attempts: int = 5
    base_delay: timedelta = timedelta(seconds=5)
    factor: float = 4.0
    max_delay: timedelta = timedelta(hours=1)
    #: Maximum random change of a delay, as a fraction, so that retries spread out.
    jitter: float = 0.2

    def delay_after(self, attempt: int, *, rand: Callable[[], float] = random.random) -> timedelta:
        """Return the delay before the next attempt, after ``attempt`` attempts (1 or more) failed."""
        seconds = self.max_delay.total_seconds()
        if attempt <= 64:  # a float overflows long after max_delay is reached
            seconds = min(seconds, self.base_delay.total_seconds() * self.factor ** (attempt - 1))
        return timedelta(seconds=seconds * (1 + self.jitter * (2 * rand() - 1)))


DEFAULT_RETRY_POLICY = RetryPolicy()
