"""The access log: one line per request, written by a thread of its own.

A thread that answers a request only puts it into a list. So a request for the listing costs
microseconds more, and a terminal or a disk that does not take lines delays no response.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

#: Its records have the lines of several requests, complete.
LOGGER = "extery_site.access"
#: Seconds for which lines are collected.
INTERVAL = 0.2
#: Requests whose lines are not written yet; further ones are counted instead.
MAX_WAITING = 20_000
_BATCH = 500


class Request(NamedTuple):
    """A request and its response."""

    time: float
    """When it began, in seconds since 1970."""
    request_id: str
    client: str
    """The address of the client; empty if it is unknown."""
    user: int | None
    method: str
    path: str
    """As in WSGI, without the query; empty if the request could not be read."""
    query: str
    status: int
    bytes: int
    """Of the body of the response."""
    seconds: float
    agent: str


class AccessLog:
    """Writes requests with ``line``, which returns the line of one."""

    def __init__(
        self,
        line: Callable[[Request], str],
        *,
        interval: float = INTERVAL,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._line = line
        self._interval = interval
        self._max_waiting = max_waiting
        self._logger = logging.getLogger(LOGGER)
        self._waiting: deque[Request] = deque()
        self._lost = 0
        self._has_waiting = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, request: Request) -> None:
        """Add a request, whose line is written soon."""
        if len(self._waiting) >= self._max_waiting:
            self._lost += 1
            return
        self._waiting.append(request)
        if not self._has_waiting.is_set():
            self._has_waiting.set()
            if self._thread is None:
                self._start()

    def flush(self) -> None:
        """Write the lines of all requests that were added."""
        with self._writing:
            while self._waiting:
                number = min(_BATCH, len(self._waiting))
                self._write([self._line(self._waiting.popleft()) for _ in range(number)])
            lost, self._lost = self._lost, 0
            if lost:
                logging.getLogger(__name__).warning("the access log lost %d requests", lost)

    def _write(self, lines: list[str]) -> None:
        text = "\n".join(lines)
        self._logger.handle(
            logging.LogRecord(LOGGER, logging.INFO, "", 0, text, args=None, exc_info=None)
        )

    def _start(self) -> None:
        with self._writing:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def _run(self) -> None:
        while True:
            self._has_waiting.wait()
            time.sleep(self._interval)
            self._has_waiting.clear()
            self.flush()
