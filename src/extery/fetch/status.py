"""Map the status of a response to success, an error or a transient error."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from extery.core.errors import NotFound, Refused, Unavailable
from extery.fetch.addresses import redact_url
from extery.fetch.retry import TransientError, retry_after

_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)


def check_status(status: int, url: str, headers: Mapping[str, str], *, has_token: bool) -> None:
    """Raise the error for ``status`` unless it is a success, 304 or 416."""
    if 200 <= status < 300 or status in (304, 416):
        return
    url, text = redact_url(url), _status_text(status)
    if status in (401, 403):
        variant = "token" if has_token else ""
        raise Refused.of("fetch.refused", variant=variant, url=url, status=text)
    if status in (404, 410):
        raise NotFound.of("fetch.not-found", url=url, status=text)
    if status in _TRANSIENT:
        raise _busy_error(url, text, retry_after(headers))
    raise Unavailable.of("fetch.status", url=url, status=text)


def _busy_error(url: str, status: str, seconds: float | None) -> TransientError:
    if not seconds:
        return TransientError.of("fetch.busy", url=url, status=status).after(seconds)
    return TransientError.of(
        "fetch.busy", variant="retry-after", url=url, status=status, seconds=round(seconds)
    ).after(seconds)


def _status_text(status: int) -> str:
    """Return ``404 Not Found``, or the number of an unknown status."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
