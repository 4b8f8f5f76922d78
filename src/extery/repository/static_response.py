"""Responses for the files of a folder, computed from the request without a socket.

Supports entity tags, dates, ranges, and precompressed variants (``.gz``, ``.br``) of a file. A variant is
used only if it has the modification time of its file, as `extery server-generate` sets it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from extery.core.http import accepts

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".toml": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
#: Suffix -> name in Accept-Encoding, smallest first.
_VARIANTS = {".br": "br", ".gz": "gzip"}
# At most 20 digits: Python refuses to convert thousands of them.
_RANGE = re.compile(r"bytes=(\d{0,20})-(\d{0,20})")
_INDEX = "index.html"
# Windows treats '\\' and 'C:' as parts of paths; elsewhere they may occur in names.
_FORBIDDEN_IN_NAME = re.compile(r"[\\:\x00-\x1f]" if os.name == "nt" else r"\x00")


@dataclass
class StaticResponse:
    """Status, headers and, for some, a range of an open file, which the caller closes."""

    status: HTTPStatus
    headers: dict[str, str] = field(default_factory=dict)
    file: BinaryIO | None = None
    start: int = 0
    length: int = 0


def respond(folder: Path, path: str, headers: Mapping[str, str]) -> StaticResponse:
    """Return the response to a GET for ``path``; header names are capitalized: ``If-None-Match``."""
    path = path.partition("?")[0]
    target = _resolve(folder, path)
    if target is None:
        return _empty_response(HTTPStatus.NOT_FOUND)
    try:
        if path.endswith("/") != target.is_dir():
            if target.is_dir():
                headers = {"Location": f"{path}/", "Content-Length": "0"}
                return StaticResponse(HTTPStatus.MOVED_PERMANENTLY, headers)
            return _empty_response(HTTPStatus.NOT_FOUND)
        if path.endswith("/"):
            target /= _INDEX
        if not target.is_file():  # opening a pipe would block until it has a writer
            return _empty_response(HTTPStatus.NOT_FOUND)
        file = target.open("rb")
    except OSError:  # unreadable, or a name that is too long for the file system
        return _empty_response(HTTPStatus.NOT_FOUND)
    try:
        status = os.fstat(file.fileno())
        return _file_response(target, file, status, headers)
    except BaseException:
        file.close()
        raise


def _resolve(folder: Path, path: str) -> Path | None:
    """Return the file for a URL path; ``None`` for paths outside the folder and hidden files."""
    try:
        decoded = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return None
    steps = decoded.split("/")
    if steps[0]:
        return None
    steps = steps[1:-1] if steps[-1] == "" else steps[1:]
    for step in steps:
        # This includes '..' and '.'.
        if not step or step.startswith(".") or _FORBIDDEN_IN_NAME.search(step):
            return None
    return folder.joinpath(*steps)


def _file_response(
    path: Path, file: BinaryIO, status: os.stat_result, headers: Mapping[str, str]
) -> StaticResponse:
    # Files may change at any time, so clients must revalidate; a 304 costs little.
    response_headers = {
        "Content-Type": _TYPES.get(path.suffix.lower(), "application/octet-stream"),
        "Cache-Control": "no-cache",
        "Last-Modified": formatdate(status.st_mtime, usegmt=True),
        "ETag": f'"{status.st_mtime_ns:x}-{status.st_size:x}"',
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    size, encoding = status.st_size, ""
    if not headers.get("Range"):
        file, size, encoding = _open_variant(path, file, status, headers.get("Accept-Encoding", ""))
    if encoding:
        response_headers["Content-Encoding"] = encoding
        response_headers["ETag"] = response_headers["ETag"][:-1] + f'-{encoding}"'
    if _is_not_modified(headers, response_headers["ETag"], status.st_mtime):
        file.close()
        del response_headers["Content-Type"]
        response_headers.pop("Content-Encoding", None)
        return StaticResponse(HTTPStatus.NOT_MODIFIED, response_headers)
    part = _requested_range(headers, response_headers, size)
    if part is None:
        response_headers["Content-Length"] = str(size)
        return StaticResponse(HTTPStatus.OK, response_headers, file, 0, size)
    if not part:
        file.close()
        response_headers |= {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
        return StaticResponse(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, response_headers)
    response_headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    response_headers["Content-Length"] = str(len(part))
    return StaticResponse(HTTPStatus.PARTIAL_CONTENT, response_headers, file, part.start, len(part))


def _open_variant(
    path: Path, file: BinaryIO, status: os.stat_result, accepted: str
) -> tuple[BinaryIO, int, str]:
    """Return file, size and encoding of a current variant that the client accepts, else of the file."""
    for suffix, encoding in _VARIANTS.items():
        if not accepts(accepted, encoding):
            continue
        try:
            variant = path.with_name(path.name + suffix).open("rb")
        except OSError:
            continue
        variant_status = os.fstat(variant.fileno())
        is_current = variant_status.st_mtime_ns == status.st_mtime_ns
        if is_current and stat.S_ISREG(variant_status.st_mode):
            file.close()
            return variant, variant_status.st_size, encoding
        variant.close()
    return file, status.st_size, ""


def _is_not_modified(headers: Mapping[str, str], etag: str, modified: float) -> bool:
    tags = headers.get("If-None-Match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return etag in known or "*" in known
    since = _parse_date(headers.get("If-Modified-Since", ""))
    return since is not None and int(modified) <= since


def _requested_range(
    headers: Mapping[str, str], response_headers: Mapping[str, str], size: int
) -> range | None:
    """Return the requested range: ``None`` for the whole file, empty if it cannot be satisfied."""
    match = _RANGE.fullmatch(headers.get("Range", "").strip())
    if match is None or match.group() == "bytes=-":
        return None
    condition = headers.get("If-Range", "")
    validators = (response_headers["ETag"], response_headers["Last-Modified"])
    if condition and condition not in validators:
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))


def _parse_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _empty_response(status: HTTPStatus) -> StaticResponse:
    return StaticResponse(status, {"Content-Length": "0", "X-Content-Type-Options": "nosniff"})
