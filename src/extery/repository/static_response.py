"""What a web server answers for a file of a folder: decided from the request, without a socket.

Knows entity tags and times, ranges, and variants that lie compressed beside a file. A variant
counts only if it has the time of its file, as `extery server-generate` writes it.
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
#: Ending -> what it is called in Accept-Encoding, the smaller first.
_VARIANTS = {".br": "br", ".gz": "gzip"}
# More digits than any file needs are no range; Python refuses to read thousands of them.
_RANGE = re.compile(r"bytes=(\d{0,20})-(\d{0,20})")
_INDEX = "index.html"
# Windows reads '\\' and 'C:' as parts of paths; elsewhere a name may have them, and a package too.
_NO_NAME = re.compile(r"[\\:\x00-\x1f]" if os.name == "nt" else r"\x00")


@dataclass
class Reply:
    """Status, headers, and for some a part of an open file, which the receiver closes."""

    status: HTTPStatus
    headers: dict[str, str] = field(default_factory=dict)
    file: BinaryIO | None = None
    start: int = 0
    length: int = 0


def answer(folder: Path, path: str, headers: Mapping[str, str]) -> Reply:
    """The reply to a GET for ``path``; ``headers`` has names as in ``If-None-Match``."""
    path = path.partition("?")[0]
    place = _inside(folder, path)
    if place is None:
        return _plain(HTTPStatus.NOT_FOUND)
    try:
        if path.endswith("/") != place.is_dir():
            if place.is_dir():
                headers = {"Location": f"{path}/", "Content-Length": "0"}
                return Reply(HTTPStatus.MOVED_PERMANENTLY, headers)
            return _plain(HTTPStatus.NOT_FOUND)
        if path.endswith("/"):
            place /= _INDEX
        if not place.is_file():  # opening a pipe would wait for whoever writes into it
            return _plain(HTTPStatus.NOT_FOUND)
        file = place.open("rb")
    except OSError:  # not readable, or a name longer than the system has any
        return _plain(HTTPStatus.NOT_FOUND)
    try:
        facts = os.fstat(file.fileno())
        return _of_file(place, file, facts, headers)
    except BaseException:
        file.close()
        raise


def _inside(folder: Path, path: str) -> Path | None:
    """The place in the folder that a URL path means; nothing outside it, and nothing hidden."""
    try:
        decoded = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return None
    steps = decoded.split("/")
    if steps[0]:
        return None
    steps = steps[1:-1] if steps[-1] == "" else steps[1:]
    for step in steps:
        # '..' and '.' are hidden names too.
        if not step or step.startswith(".") or _NO_NAME.search(step):
            return None
    return folder.joinpath(*steps)


def _of_file(
    place: Path, file: BinaryIO, facts: os.stat_result, headers: Mapping[str, str]
) -> Reply:
    # Pages from disk may change at any moment, so everyone has to ask, and a 304 is cheap.
    found = {
        "Content-Type": _TYPES.get(place.suffix.lower(), "application/octet-stream"),
        "Cache-Control": "no-cache",
        "Last-Modified": formatdate(facts.st_mtime, usegmt=True),
        "ETag": f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"',
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    size, encoding = facts.st_size, ""
    if not headers.get("Range"):
        file, size, encoding = _smallest(place, file, facts, headers.get("Accept-Encoding", ""))
    if encoding:
        found["Content-Encoding"] = encoding
        found["ETag"] = found["ETag"][:-1] + f'-{encoding}"'
    if _is_known(headers, found["ETag"], facts.st_mtime):
        file.close()
        del found["Content-Type"]
        found.pop("Content-Encoding", None)
        return Reply(HTTPStatus.NOT_MODIFIED, found)
    part = _part(headers, found, size)
    if part is None:
        found["Content-Length"] = str(size)
        return Reply(HTTPStatus.OK, found, file, 0, size)
    if not part:
        file.close()
        found |= {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
        return Reply(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, found)
    found["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    found["Content-Length"] = str(len(part))
    return Reply(HTTPStatus.PARTIAL_CONTENT, found, file, part.start, len(part))


def _smallest(
    place: Path, file: BinaryIO, facts: os.stat_result, accepted: str
) -> tuple[BinaryIO, int, str]:
    """The compressed variant that the client takes, if there is one of this very file."""
    for ending, name in _VARIANTS.items():
        if not accepts(accepted, name):
            continue
        try:
            variant = place.with_name(place.name + ending).open("rb")
        except OSError:
            continue
        about = os.fstat(variant.fileno())
        if about.st_mtime_ns == facts.st_mtime_ns and stat.S_ISREG(about.st_mode):
            file.close()
            return variant, about.st_size, name
        variant.close()
    return file, facts.st_size, ""


def _is_known(headers: Mapping[str, str], etag: str, modified: float) -> bool:
    tags = headers.get("If-None-Match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return etag in known or "*" in known
    since = _time(headers.get("If-Modified-Since", ""))
    return since is not None and int(modified) <= since


def _part(headers: Mapping[str, str], found: Mapping[str, str], size: int) -> range | None:
    """The bytes that are asked for: ``None`` for all of them, an empty range for none that exist."""
    match = _RANGE.fullmatch(headers.get("Range", "").strip())
    if match is None or match.group() == "bytes=-":
        return None
    condition = headers.get("If-Range", "")
    if condition and condition not in (found["ETag"], found["Last-Modified"]):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))


def _time(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _plain(status: HTTPStatus) -> Reply:
    return Reply(status, {"Content-Length": "0", "X-Content-Type-Options": "nosniff"})
