"""Open connections and pending requests of an HTTP client, so that another thread can close them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakKeyDictionary, WeakSet

import httpx

from extery.fetch.deadline import Deadline, PendingRequest

#: Scheme, host and port.
Origin = tuple[str, str, int]


class Connections:
    """Registry of open connections and pending requests. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._origins: WeakKeyDictionary[socket.socket, Origin] = WeakKeyDictionary()
        self._receiving: WeakSet[socket.socket] = WeakSet()
        self._pending: WeakSet[PendingRequest] = WeakSet()

    def add(self, connection: socket.socket, origin: Origin, request: PendingRequest) -> None:
        """Register a connection; closes it at once if its request was abandoned."""
        with self._lock:
            self._origins[connection] = origin
        if request.is_abandoned:
            _shut_down(connection)

    def add_request(self, request: PendingRequest) -> None:
        """Register a request that waits for its response."""
        with self._lock:
            self._pending.add(request)

    def close_all(self) -> None:
        """Abandon all requests and close all connections."""
        with self._lock:
            connections, requests = list(self._origins), list(self._pending)
        for request in requests:
            request.abandon()
        for connection in connections:
            _shut_down(connection)

    def close_waiting(self, origin: Origin) -> None:
        """Close the connections to ``origin`` that receive no body at the moment.

        Only the HTTP library knows which of them an abandoned request uses. Other requests that
        lose their connection are retried.
        """
        with self._lock:
            waiting = [
                connection
                for connection, own_origin in self._origins.items()
                if own_origin == origin and connection not in self._receiving
            ]
        for connection in waiting:
            _shut_down(connection)

    @contextmanager
    def receiving(self, response: httpx.Response, deadline: Deadline) -> Iterator[None]:
        """While the block reads the body of ``response``, close its connection at the deadline."""
        stream = response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream is not None else None
        if connection is None:
            yield
            return
        with self._lock:
            self._receiving.add(connection)
        timer = threading.Timer(deadline.remaining, _shut_down, [connection])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._receiving.discard(connection)


def _shut_down(connection: socket.socket) -> None:
    """Shut a connection down, which wakes a thread that waits for it."""
    with suppress(OSError):  # closed meanwhile
        # Not the method of the TLS socket: after it, reads would continue without TLS.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
