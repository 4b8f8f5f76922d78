"""``file://`` URLs, with the conditional and range requests of a web server."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from extery.core.errors import NotFound, Unavailable
from extery.fetch.addresses import path_from_url, sanitize_text

_BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=(\d+)-")

LocalResponse = tuple[int, dict[str, str], Iterator[bytes]]


@contextmanager
def open_file(url: str, headers: Mapping[str, str]) -> Iterator[LocalResponse]:
    """Return status, headers and body blocks for a ``file://`` URL."""
    path = path_from_url(url)
    shown = sanitize_text(str(path))
    try:
        file = open(path, "rb", opener=_open_nonblocking)  # noqa: SIM115  closed below
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound.of("fetch.not-found", variant="file", path=shown) from error
    except OSError as error:
        raise _unreadable_error(shown, error) from error
    with file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):  # reading a device or a pipe might never end
            raise NotFound.of("fetch.not-found", variant="not-regular", path=shown)
        etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
        if headers.get("If-None-Match") == etag:
            yield 304, {"etag": etag}, iter(())
            return
        response = {"etag": etag, "content-length": str(facts.st_size)}
        match = _RANGE.fullmatch(headers.get("Range", ""))
        start = int(match[1]) if match and headers.get("If-Range", etag) == etag else 0
        if start and start >= facts.st_size:
            yield 416, {"content-range": f"bytes */{facts.st_size}"}, iter(())
            return
        file.seek(start)
        if start:
            response["content-range"] = f"bytes {start}-{facts.st_size - 1}/{facts.st_size}"
            response["content-length"] = str(facts.st_size - start)
        yield 206 if start else 200, response, _blocks(file, shown, facts.st_size - start)


def _open_nonblocking(name: str, flags: int) -> int:
    """Open without blocking: a pipe would block until it has a writer."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _blocks(file: BinaryIO, shown: str, size: int) -> Iterator[bytes]:
    """Yield as many bytes as Content-Length says, even if the file grows meanwhile."""
    try:
        while size > 0 and (block := file.read(min(_BLOCK, size))):
            size -= len(block)
            yield block
    except OSError as error:
        raise _unreadable_error(shown, error) from error


def _unreadable_error(shown: str, error: OSError) -> Unavailable:
    return Unavailable.of("fetch.unreadable", path=shown, reason=error.strerror or str(error))
