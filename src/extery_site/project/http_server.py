"""The embedded HTTP server: waitress, with bounds for slow and hostile clients.

One loop reads requests and writes responses; threads only run the application. A client that
sends or reads slowly therefore costs a file descriptor and no thread. Added to waitress here:
requests that are refused while they arrive get the site's own error document, the number of
connections and the disk space of unfinished uploads are bounded, and stopping is graceful.
"""

from __future__ import annotations

import io
import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from extery_site.project.body_limit import REFUSED_BODY
from extery_site.project.http_parser import (
    MEMORY_PER_BODY,
    BodyRefused,
    RequestParser,
    SpoolQuota,
)
from extery_site.project.pieces import PiecesFile

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Connections at once; where the system allows fewer open files, a third of those.
MAX_CONNECTIONS = 1000
#: Windows waits for sockets with select(), which takes 512.
MAX_CONNECTIONS_WINDOWS = 400
#: Seconds after which a connection is closed on which no byte has moved.
IDLE_TIMEOUT = 60
#: Seconds that requests in progress may take to finish after a request to stop.
STOP_TIMEOUT = 30
#: What is read and thrown away after a refusal, so that the client gets to read the response.
MAX_DISCARDED = 16_000_000
DISCARD_TIMEOUT = 10
MAX_HEADER_BYTES = 32_768
#: Longer responses are sent from the application's bytes instead of a copy.
_COPY_BYTES = 65_536
#: Bytes that are read from a response for an attempt to send, however little the client takes.
_MIN_SEND, _MAX_SEND = 65_536, 1_048_576


class RefusedBodyTask(WSGITask):  # type: ignore[misc]
    """Lets the application answer for a request whose body was refused; then closes."""

    def execute(self) -> None:
        """Run the application without the body."""
        self.set_close_on_finish()
        super().execute()

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment with an empty body and the reason of the refusal."""
        environ: dict[str, Any] = super().get_environment()
        environ[REFUSED_BODY] = self.request.error.reason_code
        environ["CONTENT_LENGTH"] = "0"
        environ["wsgi.input"] = io.BytesIO()
        return environ


def _error_task(channel: Channel, request: Any) -> Any:
    channel.discard_input = True
    task = RefusedBodyTask if isinstance(request.error, BodyRefused) else ErrorTask
    return task(channel, request)


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection of a client."""

    error_task_class = staticmethod(_error_task)
    close_when_flushed: bool
    #: Set for a request that was refused before all of it was read.
    discard_input = False
    _discard_until: float | None = None
    _discarded = 0

    def __init__(self, server: Server, *args: Any, **options: Any) -> None:
        self.parser_class = partial(
            RequestParser, max_body=server.max_body, quota=server.spool_quota
        )
        super().__init__(server, *args, **options)
        self.sendbuf_len = _MAX_SEND

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to do until the client sends something."""
        return not self.requests and not self.total_outbufs_len

    def readable(self) -> bool:
        """Whether the loop should read from the client."""
        return self._discard_until is not None or bool(super().readable())

    def handle_read(self) -> None:
        """Read a part of a request, or of what follows a refused one."""
        if self._discard_until is None:
            super().handle_read()
        else:
            self._discarded += len(self.recv(self.adj.recv_bytes))
            if self._discarded > MAX_DISCARDED:
                self.handle_close()

    def handle_write(self) -> None:
        """Send what is waiting, and close if that was the last of it.

        Closing with unread input would reset the connection, and the client could lose the
        response; so after a refusal the input is discarded for a while.
        """
        if self.close_when_flushed and self.discard_input and not self.will_close:
            self._flush_exception(self._flush_some)
            if self.total_outbufs_len or not self.connected or self.will_close:
                return
            self.close_when_flushed = False
            self._discard_until = time.monotonic() + DISCARD_TIMEOUT
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.handle_close()
            return
        super().handle_write()

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send what the client takes, and read less for the next attempt if it is slow."""
        sent = int(super().send(data, do_close))
        self.sendbuf_len = _MIN_SEND if sent < len(data) else min(2 * self.sendbuf_len, _MAX_SEND)
        return sent

    def write_soon(self, data: Any) -> int:
        """Queue a part of a response; long ones without a copy."""
        if isinstance(data, bytes) and len(data) > _COPY_BYTES:
            data = ReadOnlyFileBasedBuffer(io.BytesIO(data))
            data.prepare()
        return int(super().write_soon(data))

    def handle_close(self) -> None:
        """Close the connection and drop a request that has not arrived completely."""
        super().handle_close()
        if self.request is not None:
            self.request.close()

    def is_expired(self, now: float) -> bool:
        """Whether the connection should be closed because no byte has moved for too long."""
        if self._discard_until is not None:
            return time.monotonic() > self._discard_until
        is_computing = self.requests and not self.total_outbufs_len
        return not is_computing and self.last_activity < now - self.adj.channel_timeout


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
            _without_body_for_head(_with_pieces_as_file(application)),
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
        """Do nothing: called while the loop collects its sockets, when none may be closed."""

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
        """Make room for a new connection at the expense of the client that has waited longest."""
        waiting = (channel for channel in self.active_channels.values() if not channel.requests)
        longest = min(waiting, key=lambda channel: channel.last_activity, default=None)
        if longest is not None:
            longest.handle_close()


def _with_pieces_as_file(application: WsgiApp) -> WsgiApp:
    """Wrap an application so that a list of pieces is sent with as few system calls as one piece."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if isinstance(body, list) and len(body) > 1:
            file: Iterable[bytes] = ReadOnlyFileBasedBuffer(PiecesFile(body))
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
