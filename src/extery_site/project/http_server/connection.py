"""One connection of a client: its requests and responses, refusals, and when it expires."""

from __future__ import annotations

import io
import socket
import time
from functools import partial
from typing import Any, Protocol

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from extery_site.project.body_limit import REFUSED_BODY
from extery_site.project.http_server.parser import BodyRefused, RequestParser, SpoolQuota

#: Bytes that are read and discarded after a refusal, so that the client can read the response.
MAX_DISCARDED = 16_000_000
DISCARD_TIMEOUT = 10
#: Longer responses are sent from the application's bytes instead of a copy.
_COPY_BYTES = 65_536
#: Bytes that are read from a response for an attempt to send; less for slow clients.
_MIN_SEND, _MAX_SEND = 65_536, 1_048_576


class BodyLimits(Protocol):
    """The attributes of a server that limit request bodies."""

    max_body: int
    spool_quota: SpoolQuota


class RefusedBodyTask(WSGITask):  # type: ignore[misc]
    """Lets the application respond to a request whose body was refused; then closes."""

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
    #: Whether a request was refused before it was read completely.
    discard_input = False
    _discard_until: float | None = None
    _discarded = 0

    def __init__(self, server: BodyLimits, *args: Any, **options: Any) -> None:
        self.parser_class = partial(
            RequestParser, max_body=server.max_body, quota=server.spool_quota
        )
        super().__init__(server, *args, **options)
        self.sendbuf_len = _MAX_SEND

    @property
    def is_idle(self) -> bool:
        """Whether it has no request in progress and nothing to send."""
        return not self.requests and not self.total_outbufs_len

    def readable(self) -> bool:
        """Whether the loop should read from the client."""
        return self._discard_until is not None or bool(super().readable())

    def handle_read(self) -> None:
        """Read a part of a request, or discard what follows a refused one."""
        if self._discard_until is None:
            super().handle_read()
        else:
            self._discarded += len(self.recv(self.adj.recv_bytes))
            if self._discarded > MAX_DISCARDED:
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
        if self.request is not None:
            self.request.close()

    def is_expired(self, now: float) -> bool:
        """Whether the connection should be closed because no byte has moved for too long."""
        if self._discard_until is not None:
            return time.monotonic() > self._discard_until
        is_computing = self.requests and not self.total_outbufs_len
        return not is_computing and self.last_activity < now - self.adj.channel_timeout
