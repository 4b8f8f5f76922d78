"""The connections and requests of one HTTP client, so that another thread can end them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakKeyDictionary, WeakSet

import httpx

from extery.fetch.deadline import Deadline, Sending

#: Scheme, host and port.
Origin = tuple[str, str, int]


class Connections:
    """Everything that is open. May be used by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._origins: WeakKeyDictionary[socket.socket, Origin] = WeakKeyDictionary()
        self._receiving: WeakSet[socket.socket] = WeakSet()
        self._sending: WeakSet[Sending] = WeakSet()

    def add(self, connection: socket.socket, origin: Origin, request: Sending) -> None:
        """Note a new connection; that of an abandoned request ends at once."""
        with self._lock:
            self._origins[connection] = origin
        if request.is_abandoned:
            _shut_down(connection)

    def add_sending(self, sending: Sending) -> None:
        """Note a request that waits for its response."""
        with self._lock:
            self._sending.add(sending)

    def end_all(self) -> None:
        """End everything that is open."""
        with self._lock:
            connections, requests = list(self._origins), list(self._sending)
        for request in requests:
            request.abandon()
        for connection in connections:
            _shut_down(connection)

    def end_waiting(self, origin: Origin) -> None:
        """End the connections to ``origin`` on which no body is arriving.

        Only the HTTP library knows which of them an abandoned request has. Other requests that
        lose theirs try again.
        """
        with self._lock:
            found = [
                each
                for each, its_origin in self._origins.items()
                if its_origin == origin and each not in self._receiving
            ]
        for connection in found:
            _shut_down(connection)

    @contextmanager
    def receiving(self, response: httpx.Response, deadline: Deadline) -> Iterator[None]:
        """Read the body of ``response`` in the block; at the deadline its connection ends."""
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
    """End a connection that another thread may be waiting for."""
    with suppress(OSError):  # closed meanwhile
        # Not the method of a TLS socket, which would go on reading without TLS.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
