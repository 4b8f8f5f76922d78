"""``file://`` URLs, with the conditional and range requests of a web server."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from extery.core.errors import NotFound, Unavailable
from extery.core.text import os_error_text
from extery.fetch.addresses import path_from_url, sanitize_text
from extery.listing import LISTING_FILENAME

_BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=([0-9]{1,19})-([0-9]{0,19})")

LocalResponse = tuple[int, dict[str, str], Iterator[bytes]]


@contextmanager
def open_file(url: str, headers: Mapping[str, str]) -> Iterator[LocalResponse]:
    """Return status, headers and body blocks for a ``file://`` URL."""
    path = path_from_url(url)
    display_path = sanitize_text(str(path))
    try:
        file = open(path, "rb", opener=_open_nonblocking)  # noqa: SIM115  closed below
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        is_listing = path.name == LISTING_FILENAME and path.parent.is_dir()
        raise NotFound.of(
            "fetch.not-found",
            variant="listing" if is_listing else "file",
            path=display_path,
            folder=sanitize_text(str(path.parent)),
        ) from error
    except OSError as error:
        raise _unreadable_error(display_path, error) from error
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):  # reading a device or a pipe might never end
            raise NotFound.of("fetch.not-found", variant="not-regular", path=display_path)
        etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        if headers.get("If-None-Match") == etag:
            yield 304, {"etag": etag}, iter(())
            return
        response = {"etag": etag, "content-length": str(status.st_size)}
        match = _RANGE.fullmatch(headers.get("Range", ""))
        if match is None or headers.get("If-Range", etag) != etag:
            yield 200, response, _blocks(file, display_path, status.st_size)
            return
        start, last = int(match[1]), min(int(match[2] or status.st_size), status.st_size - 1)
        if start > last:
            yield 416, {"content-range": f"bytes */{status.st_size}"}, iter(())
            return
        file.seek(start)
        response["content-range"] = f"bytes {start}-{last}/{status.st_size}"
        response["content-length"] = str(last + 1 - start)
        yield 206, response, _blocks(file, display_path, last + 1 - start)


def _open_nonblocking(name: str, flags: int) -> int:
    """Open without blocking: a pipe would block until it has a writer."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _blocks(file: BinaryIO, display_path: str, size: int) -> Iterator[bytes]:
    """Yield as many bytes as Content-Length says, even if the file grows meanwhile."""
    try:
        while size > 0 and (block := file.read(min(_BLOCK, size))):
            size -= len(block)
            yield block
    except OSError as error:
        raise _unreadable_error(display_path, error) from error


def _unreadable_error(display_path: str, error: OSError) -> Unavailable:
    return Unavailable.of("fetch.unreadable", path=display_path, reason=os_error_text(error))
