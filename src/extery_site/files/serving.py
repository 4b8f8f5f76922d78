"""Responses with stored files, whole or a range: sent from the disk, or streamed from S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from extery.core.errors import Refused
from extery_site.files.backends.base import get_storage, translated_errors
from extery_site.files.layout import LAYOUTS, FileKind
from extery_site.files.models import StoredFile

_BLOCK = 1 << 18


class DamagedFile(Exception):
    """A file in the storage has another size than its row."""


def send(
    request: HttpRequest, name: str, *, size: int | None = None, part: range | None = None
) -> HttpResponseBase:
    """Return a response with a stored file, or with a range of it and status 206.

    Raises `FileNotFoundError`, `DamagedFile` for another size than ``size``, and `Unavailable`.
    """
    storage = get_storage()
    stream: BinaryIO = io.BytesIO()
    found: int | None
    if request.method == "HEAD":
        found = storage.find_size(name)
    else:
        start, stop = (0, None) if part is None else (part.start, part.stop)
        with translated_errors():
            stream, found = storage.open_range(name, start, stop)
    if found is None:
        raise FileNotFoundError(name)
    if size is not None and found != size:
        stream.close()
        raise DamagedFile(name)
    headers = {"Content-Length": str(found if part is None else len(part))}
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{found}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    if storage.is_local:
        return FileResponse(stream, status=status, headers=headers)
    # A server reads a file in its main thread, where a slow storage would block all other requests.
    return StreamingHttpResponse(_stream(stream), status=status, headers=headers)


def require_not_quarantined(file: StoredFile, *, name: str, version: str) -> None:
    """Raise `Refused` for a file in quarantine, for every user; ``name`` and ``version`` are those of the extension."""
    if file.quarantined_at is not None:
        raise Refused.of("download.quarantined", name=name, version=version)


def _stream(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block


def cache_control(*, is_public: bool) -> str:
    """Return the value of Cache-Control for a file that may be blocked later.

    The bytes of an address never change, but caches have to ask whether they may still send them.
    """
    if not is_public:
        return "private, no-store"
    lifetime: timedelta = settings.EXTERY_CACHE_LIFETIME
    return f"public, max-age={int(lifetime.total_seconds())}, must-revalidate"


def send_image(request: HttpRequest, sha256: str, *, is_public: bool) -> HttpResponseBase:
    """Send an image by its hash, or 304 if the client has it; raises `Http404` for no such file."""
    name = LAYOUTS[FileKind.IMAGE].name(sha256)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": cache_control(is_public=is_public)}
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    try:
        response = send(request, name)
    except FileNotFoundError:
        raise Http404(name) from None
    response.headers["Content-Type"] = "image/webp"
    for header, value in headers.items():
        response.headers[header] = value
    # Browsers show it in a page; it is not a download.
    response.headers.pop("Content-Disposition", None)
    return response
