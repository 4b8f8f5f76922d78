"""Responses with stored files, whole or a range: sent from the disk, or streamed from S3."""

from __future__ import annotations

import io
import re
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
#: Python parses only so many digits, and no file has a size of more than 18.
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


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


def media_cache_control(*, is_public: bool) -> str:
    """Return the value of Cache-Control for a picture or a video of a page.

    A browser keeps what it has shown for a year. Caches that many share ask again after ``EXTERY_CACHE_LIFETIME``,
    so that a blocked picture leaves them.
    """
    if not is_public:
        return "private, no-store"
    lifetime: timedelta = settings.EXTERY_CACHE_LIFETIME
    return f"public, max-age=31536000, immutable, s-maxage={int(lifetime.total_seconds())}"


def send_media(
    request: HttpRequest, kind: FileKind, sha256: str, *, is_public: bool
) -> HttpResponseBase:
    """Send a picture or a video by its hash, or a range of it, or 304 if the client has it.

    Raises `Http404` for no such file.
    """
    layout = LAYOUTS[kind]
    headers = {
        "ETag": f'"{sha256}"',
        "Cache-Control": media_cache_control(is_public=is_public),
        "Accept-Ranges": "bytes",
        "Content-Type": layout.media_type,
        # Whatever the bytes contain, a page that is opened from them runs nothing.
        "Content-Security-Policy": "default-src 'none'; media-src 'self'; img-src 'self'",
        "X-Content-Type-Options": "nosniff",
    }
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    name = layout.name(sha256)
    try:
        response = _send_range(request, name, headers)
    except FileNotFoundError:
        raise Http404(name) from None
    for header, value in headers.items():
        response.headers[header] = value
    # Browsers show it in a page; it is not a download.
    response.headers.pop("Content-Disposition", None)
    return response


def _send_range(request: HttpRequest, name: str, headers: dict[str, str]) -> HttpResponseBase:
    """Send a file, or the range that is asked for, whose end needs the size."""
    if "Range" not in request.headers:
        return send(request, name)
    size = get_storage().find_size(name)
    if size is None:
        raise FileNotFoundError(name)
    part = requested_part(request, headers["ETag"], size)
    if part is not None and part.start >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return send(request, name, part=part)


def requested_part(request: HttpRequest, etag: str, size: int) -> range | None:
    """Return the requested range of a file; ``None`` for the whole, also if the range is invalid."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if first and last and int(first) > int(last):
        return None
    if first:
        return range(int(first), min(int(last) + 1 if last else size, size))
    return range(max(0, size - int(last)), size) if last else None
