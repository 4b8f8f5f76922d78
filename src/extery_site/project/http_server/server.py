"""The embedded HTTP server: waitress, with limits for slow and hostile clients.

One loop reads requests and writes responses; threads only run the application. A client that
sends or reads slowly therefore costs a file descriptor and no thread. Added to waitress here: the
number of connections is limited, idle ones are closed, and stopping is graceful.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from extery_site.project.http_server.concatenated_file import ConcatenatedFile
from extery_site.project.http_server.connection import Channel
from extery_site.project.http_server.parser import MEMORY_PER_BODY, SpoolQuota

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


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Serves a WSGI application on a listening socket until `stop` is called."""

    channel_class = Channel

    def __init__(
        self,
        application: WsgiApp,
        listener: socket.socket,
        *,
        threads: int,
        max_body: int,
        max_spooled: int,
        keep_proxy_headers: bool,
    ) -> None:
        self.max_body = max_body
        self.spool_quota = SpoolQuota(max_spooled)
        self._stop_requests = 0
        self._next_expiry = 0.0
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        host = listener.getsockname()[0]
        super().__init__(
            _without_body_for_head(_with_lists_as_files(application)),
            _sock=listener,
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            dispatcher=dispatcher,
            adj=Adjustments(
                sockets=[listener],
                threads=threads,
                ident="extery",
                server_name=host,
                connection_limit=_raise_connection_limit(),
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

    def maintenance(self, now: float) -> None:
        """Do nothing: waitress calls it while the loop collects its sockets, when none may be closed."""

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
        self.task_dispatcher.shutdown(timeout=1)
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
        if len(self._map) >= self.adj.connection_limit:
            self._close_longest_idle()
        wasyncore.loop(timeout, use_poll=True, map=self._map, count=1)

    def _close_expired(self, now: float) -> None:
        for channel in list(self.active_channels.values()):
            if channel.is_expired(now):
                channel.handle_close()

    def _close_longest_idle(self) -> None:
        """Close the connection that has been idle for longest, to accept a new one."""
        waiting = (channel for channel in self.active_channels.values() if not channel.requests)
        longest = min(waiting, key=lambda channel: channel.last_activity, default=None)
        if longest is not None:
            longest.handle_close()


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
