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
    what = f"{redact_url(url)} answered {status} {_phrase(status)}".rstrip()
    if status in (401, 403):
        raise Refused.of(
            "fetch.refused",
            what,
            hint="the token may be wrong or have expired" if has_token else "it may need a token",
        )
    if status in (404, 410):
        raise NotFound.of("fetch.not-found", what, hint="check the address")
    if status in _TRANSIENT:
        wait = retry_after(headers)
        hint = f"try again in {wait:.0f} seconds" if wait else "try again later"
        raise TransientError.of("fetch.busy", what, hint=hint).after(wait)
    raise Unavailable.of("fetch.status", what, hint="check the address")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
