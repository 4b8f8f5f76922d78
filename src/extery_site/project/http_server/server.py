"""The embedded HTTP server: waitress, with limits for slow and hostile clients.

One loop reads requests and writes responses; threads only run the application. A client that
sends or reads slowly therefore costs a file descriptor and no thread. Added to waitress here:
requests are scheduled by what they cost and by the address of their client, the number of
connections is limited, idle ones are closed, and stopping is graceful.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.server import TcpWSGIServer

from extery_site.project.http_server.concatenated_file import ConcatenatedFile
from extery_site.project.http_server.connection import Channel
from extery_site.project.http_server.dispatcher import Dispatcher
from extery_site.project.http_server.parser import MEMORY_PER_BODY, SpoolQuota
from extery_site.project.http_server.rounds import Rounds
from extery_site.project.http_server.scheduling import Lane
from extery_site.project.logs.access import AccessLog

LaneOf = Callable[[str, str, str], Lane]
ClientAddress = Callable[[str, str], str]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Maximum number of connections; lower if the system allows fewer open files.
MAX_CONNECTIONS = 1000
#: The limit of select() on Windows is 512 sockets.
MAX_CONNECTIONS_WINDOWS = 400
#: Seconds without a transferred byte after which a connection is closed.
IDLE_TIMEOUT = 60
#: Seconds that requests in progress may take to finish after a request to stop.
STOP_TIMEOUT = 30
MAX_HEADER_BYTES = 32_768
#: Connections that are accepted before those that are open are served again.
_MAX_ACCEPTED = 100


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Serves a WSGI application on a listening socket until `stop` is called.

    The disk space for unfinished bodies is ``max_spooled``, and ``max_spooled_of_address`` of it for
    each address of a client. ``lane_of`` returns the lane of a request by method, path and query, ``client_address`` the
    address of a client by that of the connection and the header X-Forwarded-For. The application
    itself writes to ``access_log``; the server adds the requests that it refuses.
    """

    channel_class = Channel
    active_channels: dict[int, Channel]
    accepting: bool

    def __init__(
        self,
        application: WsgiApp,
        listener: socket.socket,
        *,
        threads: int,
        max_body: int,
        max_spooled: int,
        keep_proxy_headers: bool,
        lane_of: LaneOf,
        client_address: ClientAddress,
        max_spooled_of_address: int | None = None,
        access_log: AccessLog | None = None,
    ) -> None:
        self.max_body = max_body
        self.spool_quota = SpoolQuota(max_spooled, max_spooled_of_address)
        self.dispatcher = Dispatcher(threads)
        self.lane_of, self.client_address = lane_of, client_address
        self.access_log = access_log
        self.pipelining: set[Channel] = set()
        self._max_connections = _raise_connection_limit()
        self._has_clients_waiting = False
        self._stop_requests = 0
        self._next_expiry = 0.0
        host = listener.getsockname()[0]
        super().__init__(
            _without_body_for_head(_with_lists_as_files(application)),
            _sock=listener,
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            dispatcher=self.dispatcher,
            adj=Adjustments(
                sockets=[listener],
                threads=threads,
                ident="extery",
                server_name=host,
                # More than `_accept` lets in: waitress would stop accepting for minutes.
                connection_limit=2 * self._max_connections + 10,
                channel_timeout=IDLE_TIMEOUT,
                recv_bytes=65_536,
                max_request_header_size=MAX_HEADER_BYTES,
                # Waitress counts the lengths of chunks too; the parser counts the body.
                max_request_body_size=2 * max_body + 1,
                inbuf_overflow=MEMORY_PER_BODY,
                log_socket_errors=False,
                asyncore_use_poll=True,
                clear_untrusted_proxy_headers=not keep_proxy_headers,
            ),
        )
        self._rounds = Rounds(self._map)

    def maintenance(self, now: float) -> None:
        """Do nothing: waitress calls it while the loop collects its sockets, when none may be closed."""

    def handle_accept(self) -> None:
        """Accept later: a connection closed for a new one must not be in the loop's current round."""
        self._has_clients_waiting = True

    def run(self) -> None:
        """Serve until `stop` is called, then finish what is in progress."""
        while not self._stop_requests:
            self._loop_once(1)
        self.del_channel()
        self.accepting = False
        self.socket.close()
        until = time.monotonic() + STOP_TIMEOUT
        while self._stop_requests < 2 and time.monotonic() < until:
            for channel in list(self.active_channels.values()):
                if channel.is_idle:
                    channel.handle_close()
            if not self.active_channels:
                break
            self._loop_once(0.1)
        self.dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def stop(self, *_signal: object) -> None:
        """Stop after the requests in progress, or at once when called again."""
        self._stop_requests += 1
        with suppress(OSError):  # it has stopped already
            self.pull_trigger()

    def _loop_once(self, timeout: float) -> None:
        now = time.time()
        if now >= self._next_expiry:
            self._next_expiry = now + 1
            self._close_expired(now)
        for channel in [channel for channel in self.pipelining if channel.is_idle]:
            channel.resume()
        self._rounds.serve(timeout)
        if self._has_clients_waiting:
            self._has_clients_waiting = False
            self._accept()

    def _accept(self) -> None:
        """Accept waiting clients, at the limit in exchange for other connections."""
        for _ in range(_MAX_ACCEPTED):
            if len(self.active_channels) >= self._max_connections and not self._close_one():
                return
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def _close_expired(self, now: float) -> None:
        for channel in list(self.active_channels.values()):
            if channel.is_expired(now):
                channel.close_expired()

    def _close_one(self) -> bool:
        """Close a connection for a new one; returns False if all requests are being processed.

        It is of the address that has the most connections, and it is the one that has been idle, or
        has waited for a thread, for longest.
        """
        channels = self.active_channels.values()
        numbers = Counter(channel.peer_address for channel in channels)
        candidates = sorted(
            channels,
            key=lambda channel: (-numbers[channel.peer_address], channel.last_activity),
        )
        return any(channel.close_unless_running() for channel in candidates)


def _with_lists_as_files(application: WsgiApp) -> WsgiApp:
    """Wrap an application so that a list of byte strings is sent with as few system calls as one."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if isinstance(body, list) and len(body) > 1:
            file: Iterable[bytes] = ReadOnlyFileBasedBuffer(ConcatenatedFile(body))
            return file
        return body

    return wrapped


def _without_body_for_head(application: WsgiApp) -> WsgiApp:
    """Wrap an application so that responses to HEAD have headers only, which waitress leaves to it."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if close := getattr(body, "close", None):
            close()
        return []

    return wrapped


def _raise_connection_limit() -> int:
    """Connections that the system has file descriptors for; a connection takes up to three."""
    if os.name == "nt":
        return MAX_CONNECTIONS_WINDOWS
    import resource

    wanted = 3 * MAX_CONNECTIONS + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return min(MAX_CONNECTIONS, (soft - 100) // 3)
