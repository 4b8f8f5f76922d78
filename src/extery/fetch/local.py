"""``file://`` URLs, with the conditional and range requests of a web server."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from extery.core.errors import NotFound, Unavailable
from extery.fetch.addresses import path_from_url, printable, redact_url

_BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=(\d+)-")

LocalResponse = tuple[int, dict[str, str], Iterator[bytes]]


@contextmanager
def open_file(url: str, headers: Mapping[str, str]) -> Iterator[LocalResponse]:
    """Return status, headers and body blocks for a ``file://`` URL."""
    path = path_from_url(url)
    try:
        file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115  closed below
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound.of(
            "fetch.not-found", f"there is no file {printable(str(path))}", hint="check the address"
        ) from error
    except OSError as error:
        raise Unavailable.of(
            "fetch.unreadable",
            f"{printable(str(path))} cannot be read: {error.strerror}",
            hint="check that you may read it",
        ) from error
    with file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):  # reading a device or a pipe might never end
            raise NotFound.of(
                "fetch.not-found",
                f"{printable(str(path))} is not a regular file",
                hint="check the address",
            )
        etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
        if headers.get("If-None-Match") == etag:
            yield 304, {"etag": etag}, iter(())
            return
        found = {"etag": etag, "content-length": str(facts.st_size)}
        wanted = _RANGE.fullmatch(headers.get("Range", ""))
        start = int(wanted[1]) if wanted and headers.get("If-Range", etag) == etag else 0
        if start and start >= facts.st_size:
            yield 416, {"content-range": f"bytes */{facts.st_size}"}, iter(())
            return
        file.seek(start)
        if start:
            found["content-range"] = f"bytes {start}-{facts.st_size - 1}/{facts.st_size}"
            found["content-length"] = str(facts.st_size - start)
        yield 206 if start else 200, found, _blocks(file, url, facts.st_size - start)


def _without_waiting(name: str, flags: int) -> int:
    """Open without blocking: a pipe would block until it has a writer."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _blocks(file: BinaryIO, url: str, size: int) -> Iterator[bytes]:
    """Yield as many bytes as Content-Length says, even if the file grows meanwhile."""
    try:
        while size > 0 and (block := file.read(min(_BLOCK, size))):
            size -= len(block)
            yield block
    except OSError as error:
        raise Unavailable.of(
            "fetch.unreadable",
            f"{redact_url(url)} cannot be read: {error.strerror}",
            hint="check the disk or the network share",
        ) from error
