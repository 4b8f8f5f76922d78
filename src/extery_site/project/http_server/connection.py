"""One connection of a client: its requests and responses, refusals, and when it expires."""

from __future__ import annotations

import io
import socket
import time
from functools import partial
from typing import Any, Protocol

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel

from extery_site.project.http_server.dispatcher import Dispatcher
from extery_site.project.http_server.parser import RequestParser, SpoolQuota
from extery_site.project.http_server.refusals import (
    OVERLOADED,
    TOO_SLOW,
    error_task,
    log_refusal,
)
from extery_site.project.http_server.scheduling import Job, Lane
from extery_site.project.logs.access import AccessLog

#: Bytes that are read and discarded after a refusal, so that the client can read the response.
MAX_DISCARDED = 16_000_000
DISCARD_TIMEOUT = 10
#: Longer responses are sent from the application's bytes instead of a copy.
_COPY_BYTES = 65_536
#: Bytes that are read from a response for an attempt to send; less for slow clients.
_MIN_SEND, _MAX_SEND = 65_536, 1_048_576


#: Bytes that are read at once: of a body, and of headers and first chunks, which cost the loop more
#: time.
_READ_BODY, _READ_PARSED = 65_536, 4_096
#: Seconds in which a client must send all headers of a request, and this much of its body.
HEADER_TIMEOUT = PROGRESS_TIMEOUT = 60
MIN_PROGRESS = 4_096


class RequestServer(Protocol):
    """The attributes of a server that its connections use."""

    max_body: int
    spool_quota: SpoolQuota
    dispatcher: Dispatcher
    #: For requests that the application does not see.
    access_log: AccessLog | None
    #: Connections that have received more than one request and keep the others.
    pipelining: set[Channel]

    def pull_trigger(self) -> None:
        """Wake the loop."""

    def lane_of(self, method: str, path: str, query: str) -> Lane:
        """The lane of a request."""

    def client_address(self, peer: str, forwarded: str) -> str:
        """The address of a client, from that of the connection and X-Forwarded-For."""


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection of a client.

    It has at most one request at a time: what the client sends after it is read, but not parsed,
    when the response has been sent.
    """

    error_task_class = staticmethod(error_task)
    server: RequestServer
    request: RequestParser | None
    requests: list[RequestParser]
    close_when_flushed: bool
    sent_continue: bool
    #: Whether a request was refused before it was read completely.
    discard_input = False
    _discard_until: float | None = None
    _discarded = 0
    #: What the client sent after the request in progress; at most one read.
    _unparsed = b""
    _has_pipelined = False
    _job: Job | None = None
    #: Number of the last time that the loop served it (`extery_site.project.http_server.rounds`).
    served = 0
    #: When the parsing of the request has begun, in seconds since 1970.
    request_started = 0.0
    #: When it has begun, or its body has grown by `MIN_PROGRESS`.
    _progress_time = 0.0
    _progress_bytes = 0

    def __init__(self, server: RequestServer, *args: Any, **options: Any) -> None:
        super().__init__(server, *args, **options)
        self.parser_class = partial(
            RequestParser,
            max_body=server.max_body,
            quota=server.spool_quota,
            address_of=partial(server.client_address, self.addr[0]),
        )
        self.sendbuf_len = _MAX_SEND
        self.peer_address = server.client_address(self.addr[0], "")

    @property
    def is_idle(self) -> bool:
        """Whether it has no request in progress and nothing to send."""
        return not self.requests and not self.total_outbufs_len

    def readable(self) -> bool:
        """Whether the loop should read from the client."""
        if self._discard_until is not None:
            return True
        return not self._unparsed and bool(super().readable())

    def handle_read(self) -> None:
        """Read a part of a request, or discard what follows a refused one."""
        if self._discard_until is None:
            in_body = self.request is not None and self.request.is_in_large_body
            self._read(_READ_BODY if in_body else _READ_PARSED)
        else:
            self._discarded += len(self.recv(_READ_BODY))
            if self._discarded > MAX_DISCARDED:
                self.handle_close()

    def _read(self, size: int) -> None:
        try:
            data = self.recv(size)
        except OSError:
            self.handle_close()
            return
        if data:
            self.last_activity = time.time()
            self.received(data)

    def received(self, data: bytes) -> bool:
        """Parse up to the end of one request, and keep what follows."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed:
                self._unparsed = b""
                return False
            while data and not self.requests:
                data = self._parse(data)
            self._unparsed = data
        if data:
            self._has_pipelined = True
            self.server.pipelining.add(self)
        return True

    def resume(self) -> None:
        """Parse the next of several requests that were received at once."""
        data, self._unparsed = self._unparsed, b""
        self.server.pipelining.discard(self)
        self.received(data)

    def _parse(self, data: bytes) -> bytes:
        """Parse a part of a request; return what does not belong to it."""
        if self.request is None:
            # Clients may send empty lines between requests, which are no requests.
            data = data.lstrip(b"\r\n")
            if not data:
                return data
            self.request = self.parser_class(self.adj)
            self.request_started = time.time()
            self._progress_time, self._progress_bytes = time.monotonic(), 0
        request = self.request
        rest = data[request.received(data) :]
        if request.expect_continue and request.headers_finished and not self.sent_continue:
            self.send_continue()
        if request.completed:
            self.sent_continue = False
            self.request = None
            self.requests.append(request)
            self._job = self._job_for(request)
            self.server.dispatcher.add(self._job)
        return rest

    def _job_for(self, request: RequestParser) -> Job:
        if self._has_pipelined:
            lane = Lane.PIPELINED
        elif request.error is None:
            lane = self.server.lane_of(request.command, request.path, request.query)
        else:
            lane = Lane.PAGES
        return Job(lane, request.address, self)

    def service(self) -> None:
        """Process the request, unless the client has left meanwhile."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            pass
        except OSError:
            self.connected = False
        super().service()
        if not self.connected:
            self.server.pull_trigger()

    def close_unless_running(self) -> bool:
        """Close the connection, unless a thread processes its request; return whether it did."""
        if self.requests:
            if self._job is None or not self.server.dispatcher.remove(self._job):
                return False
            for request in self.requests:
                log_refusal(self, request, OVERLOADED)
                request.close()
            self.requests = []
        self.handle_close()
        return True

    def close_expired(self) -> None:
        """Close the connection; a request that has not arrived completely is logged."""
        if self.request is not None:
            log_refusal(self, self.request, TOO_SLOW)
        self.handle_close()

    def handle_write(self) -> None:
        """Send queued data, and close if nothing is left.

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
        self.server.pipelining.discard(self)
        if self.request is not None:
            self.request.close()

    def is_expired(self, now: float) -> bool:
        """Whether the connection should be closed because the client is too slow."""
        if self._discard_until is not None:
            return time.monotonic() > self._discard_until
        if self.request is not None and self._is_stalled(self.request, time.monotonic()):
            return True
        is_computing = self.requests and not self.total_outbufs_len
        return not is_computing and self.last_activity < now - self.adj.channel_timeout

    def _is_stalled(self, request: RequestParser, now: float) -> bool:
        """Whether the client sends the headers or the body too slowly."""
        if not request.headers_finished:
            return now - self._progress_time > HEADER_TIMEOUT
        received = int(request.body_bytes_received)
        if received - self._progress_bytes >= MIN_PROGRESS:
            self._progress_time, self._progress_bytes = now, received
        return now - self._progress_time > PROGRESS_TIMEOUT
