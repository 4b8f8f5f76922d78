"""The time limit of a whole transfer, also while the HTTP library waits inside a call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from extery.core.errors import Unavailable
from extery.fetch.addresses import redact_url


class Deadline:
    """When a transfer has to be over, with all its redirects, pauses and attempts."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """The seconds that are left, at least 0."""
        return max(0.0, self._at - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._at

    def check(self, url: str) -> None:
        """Raise the error of a transfer that takes too long, if this one does."""
        if self.is_over:
            raise self.error(url)

    def error(self, url: str) -> Unavailable:
        return Unavailable.of(
            "fetch.time-out",
            f"{redact_url(url)} takes longer than {self.seconds:,.0f} seconds in all",
            hint="try again later; what has arrived of a package is kept",
        )


class Sending:
    """A request in a thread of its own, from the lookup of the name to the headers of the response.

    The HTTP library tries every address of a name and reads headers for as long as each byte
    comes in time, and it cannot be interrupted while it does. Its caller can go on instead; the
    thread closes a response that comes too late.
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
        except BaseException as error:  # it is raised where the result is asked for
            self._error = error
        else:
            with self._lock:
                is_wanted = not self._is_abandoned
                self._response = response if is_wanted else None
            if not is_wanted:
                with suppress(Exception):  # there is no caller any more
                    response.close()
        self._done.set()

    def result(self, seconds: float) -> httpx.Response | None:
        """The response; ``None`` if it has not come after ``seconds``, or was abandoned."""
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
        """Whether its caller has stopped waiting."""
        with self._lock:
            return self._is_abandoned

    def abandon(self) -> None:
        """Stop waiting. A response that is there already is still the result."""
        with self._lock:
            self._is_abandoned = True
        self._done.set()
