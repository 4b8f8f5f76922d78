"""A limit for the size of request bodies, kept before anything is stored.

A body that announces itself as too large is refused unread. A chunked body announces nothing:
it is taken into a temporary file up to the limit, which also gives it the length that Django
needs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from extery.core.errors import InvalidInput
from extery.core.files import human_size

#: What a multipart body needs beside its file: boundaries, headers and the other fields.
OVERHEAD = 200_000
_BLOCK = 1 << 16
_IN_MEMORY = 1 << 20
_CUT_OFF = "extery.body_was_cut_off"

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def limit() -> int:
    """The largest body in bytes."""
    return int(settings.EXTERY_MAX_UPLOAD) + OVERHEAD


def too_large() -> InvalidInput:
    """The error that whoever sent too much gets to see."""
    most = human_size(settings.EXTERY_MAX_UPLOAD)
    return InvalidInput.of(
        "upload.too-large",
        f"the upload is larger than the {most} that this site takes",
        hint="leave out what the extension does not need, or split it by platform",
    )


class LimitBody:
    """Refuses a body over the limit before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        if request.META.get(_CUT_OFF) or not declared.isdecimal() or int(declared) > limit():
            from extery_site.project.problems import respond

            return respond(request, too_large())
        return self.get_response(request)


def limit_chunked(app: WsgiApp) -> WsgiApp:
    """Wrap a WSGI application so that it gets chunked bodies with their length, up to the limit."""

    def limited(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return app(environ, start_response)
        spool = _spool(environ["wsgi.input"])
        if spool is None:
            environ |= {_CUT_OFF: True, "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()}
            return app(environ, start_response)
        with spool:
            environ["CONTENT_LENGTH"] = str(spool.tell())
            environ["wsgi.input"] = spool
            spool.seek(0)
            return app(environ, start_response)

    return limited


def _spool(body: IO[bytes]) -> IO[bytes] | None:
    """The whole body in a temporary file, positioned at its end; ``None`` if it is too large."""
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed by the caller
    while block := body.read(_BLOCK):
        if spool.tell() + len(block) > limit():
            spool.close()
            return None
        spool.write(block)
    return spool
