"""The size limit of request bodies.

The embedded server stops reading a body over the limit and sets `REFUSED_BODY` in the WSGI
environment; behind another server, the Content-Length header is checked here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from extery.core.errors import ExteryError, InvalidInput, Refused, Unavailable
from extery.core.files import format_size

#: Bytes of a multipart body besides the file: boundaries, headers and other fields.
MULTIPART_OVERHEAD = 200_000
#: Key of the WSGI environment with the reason why the server did not read the body.
REFUSED_BODY = "extery.refused_body"
TOO_LARGE = "too-large"
NO_SPACE = "no-space"
ADDRESS_SHARE = "address-share"
_RETRY_AFTER = 60


def max_body_size() -> int:
    """Return the maximum size of a request body in bytes."""
    return int(settings.EXTERY_MAX_UPLOAD) + MULTIPART_OVERHEAD


def max_unfinished_bytes_of_address() -> int | None:
    """Return how many bytes of unfinished request bodies one client address may have."""
    uploads: int | None = settings.EXTERY_UPLOADS_AT_ONCE_PER_ADDRESS
    return None if uploads is None else uploads * max_body_size()


def upload_too_large() -> InvalidInput:
    """Return the error for an upload over the size limit."""
    return InvalidInput.of("upload.too-large", max_size=format_size(settings.EXTERY_MAX_UPLOAD))


def upload_no_space() -> Unavailable:
    """Return the error for an upload that does not fit into the space for uploads in progress."""
    return Unavailable.of("upload.no-space")


def address_share_used() -> Refused:
    """Return the error for an upload beyond the space that one client address may use."""
    size = max_unfinished_bytes_of_address() or 0
    return Refused.of(
        "quota.uploads-at-once",
        variant="address",
        size=format_size(size),
        retry_after=_RETRY_AFTER,
    )


class BodyLimitMiddleware:
    """Rejects a request whose body exceeds the limit or was not read by the server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if error := _error_of(request):
            from extery_site.project.problems import problem_response

            response = problem_response(request, error)
            if isinstance(error, Unavailable):
                response.headers["Retry-After"] = str(_RETRY_AFTER)
            return response
        return self.get_response(request)


def _error_of(request: HttpRequest) -> ExteryError | None:
    refused = request.META.get(REFUSED_BODY)
    if refused == NO_SPACE:
        return upload_no_space()
    if refused == ADDRESS_SHARE:
        return address_share_used()
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if refused or not declared.isdecimal() or int(declared) > max_body_size():
        return upload_too_large()
    return None
