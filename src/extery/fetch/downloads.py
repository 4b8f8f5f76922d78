"""One package onto the disk: resumed, hashed on the way, and in its place only when it is right.

What has arrived lies in a part file, beside it the validator it came with. Both stay after a
failure, so that another attempt, in this process or the next, continues where this one ended.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import Corrupt, Unavailable
from extery.core.files import human_size
from extery.fetch.addresses import shown
from extery.fetch.fetcher import Answer, Fetcher
from extery.fetch.patience import Passing

_BLOCK = 1 << 20
#: An attempt that brought this much does not count as a failure.
_PROGRESS = 1 << 20
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


@dataclass(frozen=True)
class Wanted:
    """A package as its listing promises it; ``sha256`` is 64 lower-case hex digits."""

    url: str
    size: int
    sha256: str


def download(
    wanted: Wanted,
    *,
    to: Path,
    part: Path,
    fetcher: Fetcher,
    told: Callable[[int], None] = lambda _: None,
    bare: bool = False,
) -> None:
    """Put the package at ``to``; a wrong byte leaves ``to`` as it was.

    ``part`` is where it grows, on the same disk. ``told`` gets the number of bytes that have come
    in, below zero when some have to be fetched again. With ``bare`` a package that comes
    compressed, which nobody has asked for, is refused as Blender refuses it.
    """
    transfer = _Transfer(wanted, part, fetcher, told, bare=bare)
    try:
        fetcher.persist(wanted.url, transfer.attempt)
        os.chmod(part, 0o644)
        os.replace(part, to)
        transfer.validator_file.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable.of(
            "fetch.unwritable",
            f"{to} cannot be written: {error.strerror or error}",
            hint="check that you may write there, and that the disk has room",
        ) from error


class _Transfer:
    def __init__(
        self,
        wanted: Wanted,
        part: Path,
        fetcher: Fetcher,
        told: Callable[[int], None],
        *,
        bare: bool,
    ) -> None:
        self.wanted = wanted
        self.part = part
        self.validator_file = part.with_name(f"{part.name}.etag")
        self.fetcher = fetcher
        self.told = told
        self.bare = bare
        self.counted = 0
        self.furthest = 0

    def attempt(self) -> None:
        """Fetch what is missing; returns when the part file is the whole, right package."""
        self.part.parent.mkdir(parents=True, exist_ok=True)
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
            self._discard()
            raise

    def _begin(self, file: BinaryIO) -> tuple[hashlib._Hash, int]:
        """The hash and size of what an earlier attempt has left."""
        digest, size = hashlib.sha256(), file.seek(0, os.SEEK_END)
        if size > self.wanted.size:
            file.truncate(0)
            return digest, 0
        file.seek(0)
        while block := file.read(_BLOCK):
            digest.update(block)
        return digest, size

    def _fetch(
        self, file: BinaryIO, digest: hashlib._Hash, start: int
    ) -> tuple[hashlib._Hash, int]:
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            if validator := self._validator():
                headers["If-Range"] = validator
        with self.fetcher.open(self.wanted.url, headers) as answer:
            if start and not _continues(answer, start):
                # The server sends all of it, or something that does not follow on ours.
                file.truncate(0)
                self._count(0)
                if answer.status != 200:
                    raise self._cut_off()
                digest, start = hashlib.sha256(), 0
            self._check_encoding(answer)
            self._check_length(answer, start)
            self._keep_validator(answer)
            self._write(file, digest, answer, start)
        return digest, start

    def _write(self, file: BinaryIO, digest: hashlib._Hash, answer: Answer, start: int) -> None:
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
        except Passing as error:
            if received - self.furthest >= _PROGRESS:
                error.with_progress()
            raise
        finally:
            # What begins anew each time, and never comes further than before, is no progress.
            self.furthest = max(self.furthest, received)

    def _check_encoding(self, answer: Answer) -> None:
        encoding = answer.headers.get("content-encoding", "identity")
        if self.bare and encoding != "identity":
            raise Corrupt.of(
                "fetch.compressed",
                f"{shown(self.wanted.url)} comes with Content-Encoding {encoding!r}",
                hint="serve packages as they are, also to those who do not say what they take",
            )

    def _check_length(self, answer: Answer, start: int) -> None:
        if answer.length is None:
            return
        # Of a range a server may send less than was asked for; the rest is the next request's.
        missing = self.wanted.size - start - answer.length
        if missing < 0 or (missing > 0 and answer.status != 206):
            raise self._wrong_size(f"{start + answer.length:,} bytes instead of")

    def _verify(self, found: str, *, resumed: bool) -> None:
        if found == self.wanted.sha256:
            return
        text = f"{shown(self.wanted.url)} is not what the listing promises: its SHA-256 is {found}"
        hint = "it was damaged or replaced; tell whoever runs the repository"
        if resumed:
            # Perhaps only the two halves do not belong together.
            self._discard()
            raise Passing.of("fetch.hash", text, hint=hint)
        raise Corrupt.of("fetch.hash", text, hint=hint)

    def _discard(self) -> None:
        self.part.unlink()
        self.validator_file.unlink(missing_ok=True)
        self._count(0)

    def _wrong_size(self, what: str) -> Corrupt:
        return Corrupt.of(
            "fetch.size",
            f"{shown(self.wanted.url)} sends {what} the {self.wanted.size:,} bytes of the listing",
            hint="the listing is older or newer than the package; tell whoever runs the repository",
        )

    def _cut_off(self) -> Passing:
        return Passing.of(
            "fetch.cut-off",
            f"{shown(self.wanted.url)} ended before its {human_size(self.wanted.size)} were here",
            hint="try again; what has arrived is kept",
        )

    def _validator(self) -> str:
        try:
            text = self.validator_file.read_text("latin-1")
        except FileNotFoundError:
            return ""
        return text if text.isascii() and text.isprintable() else ""

    def _keep_validator(self, answer: Answer) -> None:
        etag = answer.headers.get("etag", "")
        # A weak one says that the meaning is the same, not that the bytes are.
        validator = etag if etag.startswith('"') else answer.last_modified
        if validator != self._validator():
            self.validator_file.write_text(validator, "latin-1")

    def _count(self, received: int) -> None:
        self.told(received - self.counted)
        self.counted = received


def _continues(answer: Answer, start: int) -> bool:
    found = _CONTENT_RANGE.match(answer.headers.get("content-range", ""))
    return answer.status == 206 and found is not None and int(found[1]) == start
