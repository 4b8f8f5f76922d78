"""Download one package: resumable, verified by size and SHA-256, replaced atomically.

Received data is kept in a part file, with its validator in a second file. Both survive a transient
error, so that a later attempt, in this process or the next, resumes the download. They are removed
if the data is wrong or the disk is full.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import Corrupt, InvalidListing, Unavailable
from extery.core.files import format_size
from extery.fetch.addresses import redact_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, content_encoding, unexpected_encoding_error
from extery.fetch.disk import Reservation, disk_full_error, is_disk_full
from extery.fetch.fetcher import Fetcher
from extery.fetch.response import MAX_VALIDATOR_LENGTH, Response
from extery.fetch.retry import TransientError

#: Maximum bytes of a package, whatever its listing says; the same limit holds for what it unpacks to.
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
) -> None:
    """Download the package to ``to``, which stays as it was unless all bytes are right.

    ``part`` is the part file, on the same disk. ``on_progress`` is called with the number of bytes
    received since the last call; negative if some must be fetched again. A compressed response is
    refused, as Blender refuses it.
    """
    _check_size(request)
    transfer = _Transfer(request, part, fetcher, on_progress)
    try:
        fetcher.with_retries(request.url, transfer.attempt, transfer.deadline)
        os.chmod(part, 0o644)
        os.replace(part, to)
        transfer.validator_file.unlink(missing_ok=True)
    except OSError as error:
        if is_disk_full(error):
            transfer.discard()
            raise disk_full_error(part.parent) from error
        raise Unavailable.of(
            "fetch.unwritable",
            f"{to} cannot be written: {error.strerror or error}",
            hint="check the permissions of the folder",
        ) from error


def _check_size(request: DownloadRequest) -> None:
    if request.size <= MAX_PACKAGE_SIZE:
        return
    raise InvalidListing.of(
        "fetch.package-size",
        f"the listing states that {redact_url(request.url)} is larger than {format_size(MAX_PACKAGE_SIZE)}",
        hint="packages may not be that large; report it to the owner of the repository",
    )


class _Transfer:
    def __init__(
        self,
        request: DownloadRequest,
        part: Path,
        fetcher: Fetcher,
        on_progress: Callable[[int], None],
    ) -> None:
        self.request = request
        self.part = part
        self.validator_file = part.with_name(f"{part.name}.etag")
        self.fetcher = fetcher
        self.on_progress = on_progress
        self.deadline = Deadline(fetcher.retry_policy.time_limit(request.size))
        self.reservation = Reservation()
        self.counted = 0
        self.furthest = 0

    def attempt(self) -> None:
        """Fetch what is missing; return once the part file is the complete, verified package."""
        for own in (self.part, self.validator_file):
            # Not created by us: a link would be followed, a pipe would block.
            if os.path.lexists(own) and (own.is_symlink() or not own.is_file()):
                own.unlink()
        folder = self.part.parent
        folder.mkdir(parents=True, exist_ok=True)
        missing = self.request.size - _size_of(self.part)
        with self.fetcher.disk.reserve(folder, missing) as self.reservation:
            try:
                with self.part.open("a+b") as file:
                    digest, start = self._begin(file)
                    self.furthest = max(self.furthest, start)
                    self._count(start)
                    if start < self.request.size:
                        digest, start = self._fetch(file, digest, start)
                    file.flush()
                    os.fsync(file.fileno())
                self._verify(digest.hexdigest(), resumed=start > 0)
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
    ) -> tuple[hashlib._Hash, int]:
        headers = {"Accept-Encoding": IDENTITY}
        if start:
            headers["Range"] = f"bytes={start}-"
            if validator := self._validator():
                headers["If-Range"] = validator
        with self.fetcher.open(self.request.url, headers, self.deadline) as response:
            if content_encoding(response.headers) != IDENTITY:
                raise unexpected_encoding_error(response)
            if start and not response.continues(start, self.request.size):
                # The server ignored the range, or sends something that does not continue the part file.
                file.truncate(0)
                self._count(0)
                if response.status != 200:
                    raise self._cut_off()
                digest, start = hashlib.sha256(), 0
            self._check_response(response, start)
            self._keep_validator(response)
            self._write(file, digest, response, start)
        return digest, start

    def _write(self, file: BinaryIO, digest: hashlib._Hash, response: Response, start: int) -> None:
        received = start
        try:
            for block in response.blocks:
                received += len(block)
                if received > self.request.size:
                    raise self._wrong_size("more than")
                digest.update(block)
                file.write(block)
                self._count(received)
            if received < self.request.size:
                raise self._cut_off()
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
                f"{redact_url(self.request.url)} answered {response.status}, which is not a package",
                hint="check the address",
            )
        if response.length is None:
            return
        # A server may send less than the requested range; the next request fetches the rest.
        missing = self.request.size - start - response.length
        if missing < 0 or (missing > 0 and response.status != 206):
            raise self._wrong_size(f"{start + response.length:,} bytes instead of")

    def _verify(self, found: str, *, resumed: bool) -> None:
        if found == self.request.sha256:
            return
        text = f"{redact_url(self.request.url)} does not match the listing: its SHA-256 is {found}"
        hint = "it was damaged or replaced; report it to the owner of the repository"
        if resumed:
            # The two parts may be from different files: start over.
            self.discard()
            raise TransientError.of("fetch.hash", text, hint=hint)
        raise Corrupt.of("fetch.hash", text, hint=hint)

    def discard(self) -> None:
        """Remove the part file and its validator."""
        self.part.unlink(missing_ok=True)
        self.validator_file.unlink(missing_ok=True)
        self._count(0)

    def _wrong_size(self, what: str) -> Corrupt:
        return Corrupt.of(
            "fetch.size",
            f"{redact_url(self.request.url)} sends {what} the {self.request.size:,} bytes of the listing",
            hint="the listing does not match the package; report it to the owner of the repository",
        )

    def _cut_off(self) -> TransientError:
        return TransientError.of(
            "fetch.cut-off",
            f"{redact_url(self.request.url)} ended before all {format_size(self.request.size)} were received",
            hint="try again; the received part is kept",
        )

    def _validator(self) -> str:
        try:
            with self.validator_file.open(encoding="latin-1") as file:
                text = file.read(MAX_VALIDATOR_LENGTH + 1)
        except FileNotFoundError:
            return ""
        is_usable = len(text) <= MAX_VALIDATOR_LENGTH and text.isascii() and text.isprintable()
        return text if is_usable else ""

    def _keep_validator(self, response: Response) -> None:
        # A weak entity tag does not guarantee equal bytes.
        validator = response.etag if response.etag.startswith('"') else response.last_modified
        if validator != self._validator():
            self.validator_file.write_text(validator, "latin-1")

    def _count(self, received: int) -> None:
        self.on_progress(received - self.counted)
        self.counted = received
        self.reservation.outstanding = self.request.size - received


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
