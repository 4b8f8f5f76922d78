"""One package onto the disk: resumed, hashed on the way, and in its place only when it is right.

What has arrived lies in a part file, beside it the validator it came with. Both stay after a
failure that may pass, so that another attempt, in this process or the next, continues where this
one ended. They are removed when what arrived is wrong, or the disk is full.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import Corrupt, InvalidListing, Unavailable
from extery.core.files import human_size
from extery.fetch.addresses import redact_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, encoding_of, unasked
from extery.fetch.disk import Reservation, full, is_full
from extery.fetch.fetcher import Fetcher
from extery.fetch.response import MAX_VALIDATOR_LENGTH, Response
from extery.fetch.retry import TransientError

#: Of a package, whatever its listing says. A package may unpack to as much (`extery.rules.package.members`).
MAX_PACKAGE_SIZE = 4_000_000_000
_BLOCK = 1 << 20
#: An attempt that brought this much does not count as a failure.
_PROGRESS = 1 << 20


@dataclass(frozen=True)
class DownloadRequest:
    """A package as its listing promises it; ``sha256`` is 64 lower-case hex digits."""

    url: str
    size: int
    sha256: str


def download(
    wanted: DownloadRequest,
    *,
    to: Path,
    part: Path,
    fetcher: Fetcher,
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """Put the package at ``to``; a wrong byte leaves ``to`` as it was.

    ``part`` is where it grows, on the same disk. ``told`` gets the number of bytes that have come
    in, below zero when some have to be fetched again. A package that comes compressed is refused,
    as Blender refuses it.
    """
    _check_size(wanted)
    transfer = _Transfer(wanted, part, fetcher, told)
    try:
        fetcher.persist(wanted.url, transfer.attempt, transfer.deadline)
        os.chmod(part, 0o644)
        os.replace(part, to)
        transfer.validator_file.unlink(missing_ok=True)
    except OSError as error:
        if is_full(error):
            transfer.discard()
            raise full(part.parent) from error
        raise Unavailable.of(
            "fetch.unwritable",
            f"{to} cannot be written: {error.strerror or error}",
            hint="check that you may write there, and that the disk has room",
        ) from error


def _check_size(wanted: DownloadRequest) -> None:
    if wanted.size <= MAX_PACKAGE_SIZE:
        return
    raise InvalidListing.of(
        "fetch.package-size",
        f"the listing says that {redact_url(wanted.url)} has more than {human_size(MAX_PACKAGE_SIZE)}",
        hint="no package may be that large; report it to the owner of the repository",
    )


class _Transfer:
    def __init__(
        self, wanted: DownloadRequest, part: Path, fetcher: Fetcher, told: Callable[[int], None]
    ) -> None:
        self.wanted = wanted
        self.part = part
        self.validator_file = part.with_name(f"{part.name}.etag")
        self.fetcher = fetcher
        self.told = told
        self.deadline = Deadline(fetcher.patience.seconds_for(wanted.size))
        self.reservation = Reservation()
        self.counted = 0
        self.furthest = 0

    def attempt(self) -> None:
        """Fetch what is missing; returns when the part file is the whole, right package."""
        for own in (self.part, self.validator_file):
            # A link or a pipe is not from us, and would be written to, or waited for.
            if os.path.lexists(own) and (own.is_symlink() or not own.is_file()):
                own.unlink()
        folder = self.part.parent
        folder.mkdir(parents=True, exist_ok=True)
        missing = self.wanted.size - _size_of(self.part)
        with self.fetcher.disk.reserve(folder, missing) as self.reservation:
            try:
                with self.part.open("a+b") as file:
                    digest, start = self._begin(file)
                    self.furthest = max(self.furthest, start)
                    self._count(start)
                    if start < self.wanted.size:
                        digest, start = self._fetch(file, digest, start)
                    file.flush()
                    os.fsync(file.fileno())
                self._verify(digest.hexdigest(), resumed=start > 0)
            except Corrupt:
                self.discard()
                raise

    def _begin(self, file: BinaryIO) -> tuple[hashlib._Hash, int]:
        """The hash and size of what an earlier attempt has left."""
        digest, size = hashlib.sha256(), file.seek(0, os.SEEK_END)
        if size > self.wanted.size:
            file.truncate(0)
            return digest, 0
        file.seek(0)
        unread = size
        while unread > 0 and (block := file.read(min(_BLOCK, unread))):
            self.deadline.check(self.wanted.url)
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
        with self.fetcher.open(self.wanted.url, headers, self.deadline) as answer:
            if encoding_of(answer.headers) != IDENTITY:
                raise unasked(answer)
            if start and not answer.continues(start, self.wanted.size):
                # The server sends all of it, or something that does not follow on ours.
                file.truncate(0)
                self._count(0)
                if answer.status != 200:
                    raise self._cut_off()
                digest, start = hashlib.sha256(), 0
            self._check_answer(answer, start)
            self._keep_validator(answer)
            self._write(file, digest, answer, start)
        return digest, start

    def _write(self, file: BinaryIO, digest: hashlib._Hash, answer: Response, start: int) -> None:
        received = start
        try:
            for block in answer.blocks:
                received += len(block)
                if received > self.wanted.size:
                    raise self._wrong_size("more than")
                digest.update(block)
                file.write(block)
                self._count(received)
            if received < self.wanted.size:
                raise self._cut_off()
        except TransientError as error:
            if received - self.furthest >= _PROGRESS:
                error.with_progress()
            raise
        finally:
            # What begins anew each time, and never comes further than before, is no progress.
            self.furthest = max(self.furthest, received)

    def _check_answer(self, answer: Response, start: int) -> None:
        if answer.status not in (200, 203, 206):
            raise Unavailable.of(
                "fetch.status",
                f"{redact_url(self.wanted.url)} answers {answer.status}, which is no package",
                hint="check the address",
            )
        if answer.length is None:
            return
        # Of a range a server may send less than was asked for; the rest is the next request's.
        missing = self.wanted.size - start - answer.length
        if missing < 0 or (missing > 0 and answer.status != 206):
            raise self._wrong_size(f"{start + answer.length:,} bytes instead of")

    def _verify(self, found: str, *, resumed: bool) -> None:
        if found == self.wanted.sha256:
            return
        text = f"{redact_url(self.wanted.url)} is not what the listing promises: its SHA-256 is {found}"
        hint = "it was damaged or replaced; tell whoever runs the repository"
        if resumed:
            # Perhaps only the two halves do not belong together.
            self.discard()
            raise TransientError.of("fetch.hash", text, hint=hint)
        raise Corrupt.of("fetch.hash", text, hint=hint)

    def discard(self) -> None:
        """Remove what has arrived."""
        self.part.unlink(missing_ok=True)
        self.validator_file.unlink(missing_ok=True)
        self._count(0)

    def _wrong_size(self, what: str) -> Corrupt:
        return Corrupt.of(
            "fetch.size",
            f"{redact_url(self.wanted.url)} sends {what} the {self.wanted.size:,} bytes of the listing",
            hint="the listing is older or newer than the package; tell whoever runs the repository",
        )

    def _cut_off(self) -> TransientError:
        return TransientError.of(
            "fetch.cut-off",
            f"{redact_url(self.wanted.url)} ended before its {human_size(self.wanted.size)} were here",
            hint="try again; what has arrived is kept",
        )

    def _validator(self) -> str:
        try:
            with self.validator_file.open(encoding="latin-1") as file:
                text = file.read(MAX_VALIDATOR_LENGTH + 1)
        except FileNotFoundError:
            return ""
        is_usable = len(text) <= MAX_VALIDATOR_LENGTH and text.isascii() and text.isprintable()
        return text if is_usable else ""

    def _keep_validator(self, answer: Response) -> None:
        # A weak one says that the meaning is the same, not that the bytes are.
        validator = answer.etag if answer.etag.startswith('"') else answer.last_modified
        if validator != self._validator():
            self.validator_file.write_text(validator, "latin-1")

    def _count(self, received: int) -> None:
        self.told(received - self.counted)
        self.counted = received
        self.reservation.outstanding = self.wanted.size - received


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
