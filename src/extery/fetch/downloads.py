"""Download one package: resumable, verified by size and SHA-256, replaced atomically.

The part file keeps received data over transient errors. It is removed if the data is wrong or the disk
is full.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import Corrupt, InvalidListing, Problem, Unavailable
from extery.core.files import format_size
from extery.core.text import os_error_text
from extery.fetch.addresses import redact_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, content_encoding, unexpected_encoding_error
from extery.fetch.disk import Reservation, disk_full_error, is_disk_full
from extery.fetch.fetcher import Fetcher
from extery.fetch.part_file import PartFile
from extery.fetch.response import Response
from extery.fetch.retry import TransientError
from extery.fetch.segments import RemoteFile

#: Maximum bytes of a package, whatever its listing states, and of its unpacked files.
MAX_PACKAGE_SIZE = 4_000_000_000
_BLOCK = 1 << 20
#: An attempt that received this many bytes does not count as a failure.
_PROGRESS = 1 << 20


@dataclass(frozen=True)
class DownloadRequest:
    """URL, size in bytes and SHA-256 (64 lower-case hex digits) of a package, from its listing."""

    url: str
    size: int
    sha256: str


def download(
    request: DownloadRequest,
    *,
    to: Path,
    part: Path,
    fetcher: Fetcher,
    on_progress: Callable[[int], None] = lambda _: None,
    connections: int = 1,
) -> None:
    """Download the package to ``to``, which is replaced only if size and hash are right.

    ``part`` is the part file, on the same disk. ``on_progress`` is called with the number of bytes
    received since the last call; negative if some must be fetched again. A compressed response is
    refused, as Blender refuses it. A large package is received over up to ``connections`` connections, if the
    server sends ranges.
    """
    _check_size(request)
    transfer = _Transfer(request, PartFile(part), fetcher, on_progress, connections)
    try:
        fetcher.with_retries(request.url, transfer.attempt, transfer.deadline)
        transfer.part.move_to(to)
    except OSError as error:
        if is_disk_full(error):
            transfer.discard()
            raise disk_full_error(part.parent) from error
        raise Unavailable.of(
            "fetch.unwritable", path=str(to), reason=os_error_text(error)
        ) from error


def _check_size(request: DownloadRequest) -> None:
    if request.size > MAX_PACKAGE_SIZE:
        raise InvalidListing.of(
            "fetch.package-size",
            url=redact_url(request.url),
            limit=format_size(MAX_PACKAGE_SIZE),
        )


def _claims_web_page(response: Response) -> bool:
    return "html" in response.headers.get("content-type", "").lower()


class _Transfer:
    """State of one download over all of its attempts.

    ``counted`` is the number of bytes reported to ``on_progress``, ``furthest`` the largest number of bytes
    that an attempt has reached.
    """

    def __init__(
        self,
        request: DownloadRequest,
        part: PartFile,
        fetcher: Fetcher,
        on_progress: Callable[[int], None],
        connections: int,
    ) -> None:
        self.request = request
        self.part = part
        self.fetcher = fetcher
        self.on_progress = on_progress
        self.deadline = Deadline(fetcher.retry_policy.time_limit(request.size))
        self.remote = RemoteFile(
            request.url,
            request.size,
            fetcher=fetcher,
            deadline=self.deadline,
            connections=connections,
        )
        self.reservation = Reservation()
        self.counted = 0
        self.furthest = 0

    def attempt(self) -> None:
        """Fetch the missing bytes; return once the part file is the complete, verified package."""
        self.part.prepare()
        path, missing = self.part.path, self.request.size - self.part.size
        with self.fetcher.disk.reserve(path.parent, missing) as self.reservation:
            try:
                with path.open("a+b") as file:
                    digest, start = self._begin(file)
                    is_resumed = start > 0
                    self.furthest = max(self.furthest, start)
                    self._count(start)
                    if start < self.request.size:
                        digest, is_resumed = self._fetch(file, digest, start)
                    file.flush()
                    os.fsync(file.fileno())
                self._verify(digest.hexdigest(), is_mixed=is_resumed)
            except Corrupt:
                self.discard()
                raise

    def _begin(self, file: BinaryIO) -> tuple[hashlib._Hash, int]:
        """Return hash and size of the data that an earlier attempt has left."""
        digest, size = hashlib.sha256(), file.seek(0, os.SEEK_END)
        if size > self.request.size:
            file.truncate(0)
            return digest, 0
        file.seek(0)
        unread = size
        while unread > 0 and (block := file.read(min(_BLOCK, unread))):
            self.deadline.check(self.request.url)
            digest.update(block)
            unread -= len(block)
        return digest, size

    def _fetch(
        self, file: BinaryIO, digest: hashlib._Hash, start: int
    ) -> tuple[hashlib._Hash, bool]:
        """Return the hash of the file, and whether it comes from several responses."""
        with self.remote.open(start, self.part.validator) as response:
            if content_encoding(response.headers) != IDENTITY:
                raise unexpected_encoding_error(response)
            if start and not response.continues(start, self.request.size):
                # The server ignored the range, or sends something that does not continue the part file.
                file.truncate(0)
                self._count(0)
                if response.status != 200:
                    raise self._cut_off_error()
                digest, start = hashlib.sha256(), 0
            self._check_response(response, start)
            self.part.save_validator(response)
            self._write(file, digest, response, start)
        return digest, start > 0 or self.remote.has_pieces

    def _write(self, file: BinaryIO, digest: hashlib._Hash, response: Response, start: int) -> None:
        received = start
        try:
            for block in response.blocks:
                if received == 0 and block.lstrip().startswith(b"<") and _claims_web_page(response):
                    raise self._web_page_error()
                received += len(block)
                if received > self.request.size:
                    raise self._wrong_size_error()
                digest.update(block)
                file.write(block)
                self._count(received)
            if received < self.request.size:
                raise self._cut_off_error()
        except TransientError as error:
            if received - self.furthest >= _PROGRESS:
                error.with_progress()
            raise
        finally:
            # A transfer that restarts each time and never gets further makes no progress.
            self.furthest = max(self.furthest, received)

    def _check_response(self, response: Response, start: int) -> None:
        if response.status not in (200, 203, 206):
            raise Unavailable.of(
                "fetch.status",
                variant="package",
                url=redact_url(self.request.url),
                status=response.status,
            )
        if response.length is None:
            return
        # A server may send less than the requested range; the next request fetches the rest.
        missing = self.request.size - start - response.length
        if missing < 0 or (missing > 0 and response.status != 206):
            if _claims_web_page(response):
                raise self._web_page_error()
            raise self._wrong_size_error(start + response.length)

    def _verify(self, sha256: str, *, is_mixed: bool) -> None:
        if sha256 == self.request.sha256:
            return
        problem = Problem.of("fetch.hash", url=redact_url(self.request.url), sha256=sha256)
        if is_mixed:
            # The parts may be from different files: start over.
            self.remote.connections = 1
            self.discard()
            raise TransientError(problem)
        raise Corrupt(problem)

    def discard(self) -> None:
        """Remove the part file and its validator."""
        self.part.remove()
        self._count(0)

    def _wrong_size_error(self, length: int | None = None) -> Corrupt:
        """Return the error of a package of ``length`` bytes, or of one that exceeds its size."""
        url, size = redact_url(self.request.url), self.request.size
        if length is None:
            return Corrupt.of("fetch.size", url=url, size=size)
        return Corrupt.of("fetch.size", variant="length", url=url, size=size, received=length)

    def _web_page_error(self) -> Corrupt:
        return Corrupt.of("fetch.web-page", url=redact_url(self.request.url))

    def _cut_off_error(self) -> TransientError:
        return TransientError.of(
            "fetch.cut-off",
            url=redact_url(self.request.url),
            size=format_size(self.request.size),
        )

    def _count(self, received: int) -> None:
        self.on_progress(received - self.counted)
        self.counted = received
        self.reservation.outstanding = self.request.size - received
