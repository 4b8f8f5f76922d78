"""Requests that the application does not see, or only without their body, and their log lines."""

from __future__ import annotations

import io
import time
from typing import Any, Protocol

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestHeaderFieldsTooLarge

from extery_site.project.body_limit import REFUSED_BODY
from extery_site.project.http_server.parser import BodyRefused, RequestParser
from extery_site.project.logs import request_ids
from extery_site.project.logs.access import AccessLog, Request

#: Statuses of the access log for requests without a response: the client was too slow, and the
#: server had too many connections.
TOO_SLOW, OVERLOADED = 408, 503


class LoggingServer(Protocol):
    """A server with an access log for requests that the application does not see."""

    access_log: AccessLog | None


class Connection(Protocol):
    """What this module needs of the connection of a client."""

    server: LoggingServer
    #: Whether a request was refused before it was read completely.
    discard_input: bool
    #: When the parsing of the request has begun, in seconds since 1970.
    request_started: float


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


class LoggedErrorTask(ErrorTask):  # type: ignore[misc]
    """Responds to a request that cannot be read, and logs it."""

    def execute(self) -> None:
        """Send the response of waitress, with an id."""
        request_id = request_ids.new_id()
        self.response_headers.append((request_ids.HEADER, request_id))
        super().execute()
        log_refusal(
            self.channel,
            self.request,
            int(self.status[:3]),
            size=self.content_length,
            request_id=request_id,
        )


def error_task(channel: Connection, request: RequestParser) -> WSGITask | ErrorTask:
    """Return the task that responds to a request with an ``error``."""
    channel.discard_input = True
    task = RefusedBodyTask if isinstance(request.error, BodyRefused) else LoggedErrorTask
    return task(channel, request)


def log_refusal(
    channel: Connection, request: RequestParser, status: int, *, size: int = 0, request_id: str = ""
) -> None:
    """Add a request that the application does not see to the access log."""
    log = channel.server.access_log
    if log is None:
        return
    # Where the headers are too long, waitress has read others.
    is_read = not isinstance(request.error, RequestHeaderFieldsTooLarge)
    log.add(
        Request(
            time=channel.request_started,
            request_id=request_id or request_ids.new_id(),
            client=request.address,
            user=None,
            method=getattr(request, "command", "") if is_read else "",
            path=getattr(request, "path", "") if is_read else "",
            query=getattr(request, "query", "") if is_read else "",
            status=status,
            bytes=size,
            seconds=max(0.0, time.time() - channel.request_started),
            agent=request.headers.get("USER_AGENT", ""),
        )
    )
