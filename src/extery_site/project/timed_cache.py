"""Values that are kept in the memory of a process for some seconds: pages that are the same for many visitors."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from django.conf import settings

V = TypeVar("V")

#: Seconds for which other requests get an old value while one request makes the new one.
_GRACE = 30.0


class TimedCache(Generic[V]):
    """The newest ``max_values`` values, for ``PAGE_CACHE_SECONDS`` each; thread-safe.

    When a value is too old, one request makes it again, and others get the old one meanwhile.
    """

    def __init__(self, max_values: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_values = max_values
        self._clock = clock
        self._lock = Lock()
        self._values: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """Return a value that is new enough; ``None`` if the caller is to make it."""
        if settings.PAGE_CACHE_SECONDS <= 0:
            return None
        now = self._clock()
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            until, value = found
            if now < until:
                self._values.move_to_end(key)
                return value
            if now > until + _GRACE:
                del self._values[key]
            else:
                # The caller makes it: others get this one until then.
                self._values[key] = (now + _GRACE, value)
            return None

    def store(self, key: Hashable, value: V) -> None:
        """Keep a value; the one that was not used for the longest time is dropped for it."""
        seconds: float = settings.PAGE_CACHE_SECONDS
        if seconds <= 0:
            return
        with self._lock:
            self._values[key] = (self._clock() + seconds, value)
            self._values.move_to_end(key)
            while len(self._values) > self._max_values:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._values.clear()
