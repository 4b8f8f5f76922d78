"""The time limit of a whole transfer, enforced even while the HTTP library blocks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from extery.core.errors import Unavailable
from extery.fetch.addresses import redact_url


class Deadline:
    """The end of the time limit of a transfer, including redirects, delays and all attempts."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self._at - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._at

    def check(self, url: str) -> None:
        """Raise `Unavailable` if the time limit is exceeded."""
        if self.is_over:
            raise self.error(url)

    def error(self, url: str) -> Unavailable:
        """Return the error of an exceeded time limit."""
        return Unavailable.of(
            "fetch.time-out", variant="total", url=redact_url(url), seconds=round(self.seconds)
        )


class PendingRequest:
    """A request that runs in its own thread until the headers of the response have been read.

    The HTTP library tries every address of a host and reads headers as long as each byte arrives
    in time; it cannot be interrupted meanwhile. The caller can abandon the request instead; the
    thread then closes a response that arrives late.
    """

    def __init__(self, send: Callable[[], httpx.Response]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._is_abandoned = False
        self._response: httpx.Response | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="extery-fetch", daemon=True).start()

    def _run(self) -> None:
        try:
            response = self._send()
        except BaseException as error:  # raised by result()
            self._error = error
        else:
            with self._lock:
                is_abandoned = self._is_abandoned
                self._response = None if is_abandoned else response
            if is_abandoned:
                with suppress(Exception):  # no caller would handle it
                    response.close()
        self._done.set()

    def result(self, seconds: float) -> httpx.Response | None:
        """Wait for the response; ``None`` after ``seconds``, or if the request was abandoned."""
        try:
            self._done.wait(seconds)
        finally:
            self.abandon()
        if self._response is not None:
            return self._response
        if self._error is not None:
            raise self._error
        return None

    @property
    def is_abandoned(self) -> bool:
        """Whether the caller has stopped waiting."""
        with self._lock:
            return self._is_abandoned

    def abandon(self) -> None:
        """Stop waiting. A response that has arrived already is still returned."""
        with self._lock:
            self._is_abandoned = True
        self._done.set()
