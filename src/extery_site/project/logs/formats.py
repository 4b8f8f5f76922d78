"""The formats of log lines: text for a terminal, and JSON with one object per line.

Whatever a request contains, a line of the text format that begins at the margin is one that the site
wrote: other lines of a message are indented, and control characters are escaped.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from extery_site.project.logs import request_ids
from extery_site.project.logs.access import Request
from extery_site.project.logs.targets import loggable_target

#: Characters of a user agent that are logged.
MAX_AGENT = 200
_METHOD = re.compile(r"[A-Za-z-]{1,20}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_INDENT = "    "
#: Puts a text in quotes, in ASCII without control characters.
_quote = json.encoder.encode_basestring_ascii


def time_text(seconds: float) -> str:
    """Return a time in UTC, such as ``2026-11-28T08:30:00.250Z``."""
    whole, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{_second(whole)}.{milliseconds:03}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def access_fields(request: Request) -> dict[str, Any]:
    """Return what the access log shows of a request; ``None`` for what is not known."""
    return {
        "time": time_text(request.time),
        "logger": "access",
        "request_id": request.request_id,
        "client": request.client or None,
        "user": request.user,
        "method": _method(request),
        "path": _target(request),
        "status": request.status,
        "bytes": request.bytes,
        "duration_ms": _milliseconds(request),
        "user_agent": request.agent[:MAX_AGENT] or None,
    }


def access_json(request: Request) -> str:
    """Return the line of a request as a JSON object."""
    return json.dumps(access_fields(request))


def access_text(request: Request) -> str:
    """Return the line of a request for a terminal; ``-`` for what is not known."""
    user = "-" if request.user is None else request.user
    return (
        f"{time_text(request.time)} access [{request.request_id}] {request.client or '-'} user {user} "
        f"{_method(request) or '-'} {_target(request) or '-'} {request.status} {request.bytes} bytes "
        f"{_milliseconds(request)} ms {_quote(request.agent[:MAX_AGENT] or '-')}"
    )


def _method(request: Request) -> str | None:
    return request.method if _METHOD.fullmatch(request.method) else None


def _target(request: Request) -> str | None:
    path = request.path
    if not path.isascii():
        # The characters of a path of WSGI are bytes.
        path = path.encode("latin-1", "replace").decode(errors="replace")
    return loggable_target(path, request.query) if path else None


def _milliseconds(request: Request) -> float:
    return round(request.seconds * 1000, 1)


class _RequestLogFormatter(logging.Formatter):
    """Replaces the message of Django about a request, which has its whole path."""

    def message(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if record.name == "django.request" and isinstance(path, str):
            status = getattr(record, "status_code", "")
            return f"{getattr(request, 'method', '')} {loggable_target(path)}: status {status}"
        return record.getMessage()

    def traceback(self, record: logging.LogRecord) -> str:
        parts = [self.formatException(record.exc_info)] if record.exc_info else []
        if record.stack_info:
            parts.append(record.stack_info)
        return "\n".join(parts)


class TextFormatter(_RequestLogFormatter):
    """Lines such as ``2026-11-28T08:30:00.250Z ERROR extery_site.files [id]: message``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and indented ones for the rest of the message and the traceback."""
        request_id = request_ids.current()
        origin = f"{record.name} [{request_id}]" if request_id else record.name
        text = f"{time_text(record.created)} {record.levelname} {origin}: {self.message(record)}"
        if traceback := self.traceback(record):
            text += f"\n{traceback}"
        return _CONTROL.sub(_escape, text).replace("\n", f"\n{_INDENT}")


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


class JsonFormatter(_RequestLogFormatter):
    """One JSON object per line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object: time, level, logger, message, the id of the request, the traceback."""
        fields: dict[str, Any] = {
            "time": time_text(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": request_ids.current() or None,
            "message": self.message(record),
        }
        if traceback := self.traceback(record):
            fields["traceback"] = traceback
        return json.dumps(fields)
