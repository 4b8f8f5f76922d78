"""A limit for the size of request bodies, enforced before anything is stored.

The embedded server stops reading a body that is too large and says so in the environment;
behind another server the declared length is checked here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from extery.core.errors import ExteryError, InvalidInput, Unavailable
from extery.core.files import human_size

#: What a multipart body needs beside its file: boundaries, headers and the other fields.
OVERHEAD = 200_000
#: Key of the WSGI environment: why the server did not read the body.
REFUSED_BODY = "extery.refused_body"
TOO_LARGE = "too-large"
NO_SPACE = "no-space"
_RETRY_AFTER = 60


def limit() -> int:
    """The largest body in bytes."""
    return int(settings.EXTERY_MAX_UPLOAD) + OVERHEAD


def too_large() -> InvalidInput:
    """The error for an upload over the limit."""
    max_size = human_size(settings.EXTERY_MAX_UPLOAD)
    return InvalidInput.of(
        "upload.too-large",
        f"the upload is larger than the {max_size} that this site takes",
        hint="leave out what the extension does not need, or split it by platform",
    )


def no_space() -> Unavailable:
    """The error for an upload that the server has no disk space for at the moment."""
    return Unavailable.of(
        "upload.no-space",
        "the server has no space for another upload at the moment",
        hint="wait a minute and upload it again",
    )


class LimitBody:
    """Refuses a body that is over the limit, or that the server has refused to read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if error := _error_of(request):
            from extery_site.project.problems import respond

            response = respond(request, error)
            if isinstance(error, Unavailable):
                response.headers["Retry-After"] = str(_RETRY_AFTER)
            return response
        return self.get_response(request)


def _error_of(request: HttpRequest) -> ExteryError | None:
    refused = request.META.get(REFUSED_BODY)
    if refused == NO_SPACE:
        return no_space()
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    if refused or not declared.isdecimal() or int(declared) > limit():
        return too_large()
    return None
