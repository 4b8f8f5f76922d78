"""Download a package as the difference to an older one on disk, from any server that supports ranges.

The end of the new package lists its members; unchanged ones are copied from the old package, the rest
is fetched, and the result is the identical archive or nothing. The part file is written from its start, so
that `extery.fetch.download` resumes it, too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extery.client.delta_plan import DeltaPlan, plan_delta
from extery.core.errors import ExteryError
from extery.core.files import open_regular
from extery.fetch import DownloadRequest, Fetcher
from extery.fetch.deadline import Deadline
from extery.fetch.downloads import MAX_PACKAGE_SIZE
from extery.fetch.part_file import PartFile
from extery.fetch.ranges import Range, RangeReader, ReadAhead, UnusableRange, additional_connections
from extery.package.reuse import OldArchive

#: Smaller packages are downloaded whole: the additional requests cost as much.
MIN_SIZE = 64_000
#: Minimum bytes that a delta must save, and minimum share of the package.
MIN_SAVING, MIN_SAVED_SHARE = 32_000, 0.05
#: Connections of one download.
_CONNECTIONS = 6
_BLOCK = 1 << 20


@dataclass(frozen=True)
class DeltaResult:
    """A package that was downloaded as a delta: bytes received, bytes that a download would add, requests."""

    fetched: int
    saved: int
    requests: int


class _Unsuitable(Exception):
    """A delta is not possible, or not worth its requests."""


def download_delta(
    request: DownloadRequest,
    *,
    old: Path,
    to: Path,
    part: Path,
    fetcher: Fetcher,
    on_progress: Callable[[int], None] = lambda _: None,
) -> DeltaResult | None:
    """Build the package at ``to`` from ``old`` and from ranges of ``request.url``.

    Returns ``None``, and leaves ``to`` as it is, if that is not possible for any reason: then the caller
    downloads the whole package with the same ``part``. ``on_progress`` is called with the number of bytes of the
    package that are complete since the last call, negative if they are lost. Raises an `ExteryError` only
    if the fetcher was stopped.
    """
    if not MIN_SIZE <= request.size <= MAX_PACKAGE_SIZE:
        return None
    attempt = _Attempt(request, PartFile(part), fetcher, on_progress)
    try:
        result = attempt.run(old)
        attempt.part.move_to(to)
    except (ExteryError, UnusableRange, _Unsuitable, OSError):
        attempt.give_up()
        fetcher.raise_if_stopped()
        return None
    return result


class _Attempt:
    """State of one delta download."""

    def __init__(
        self,
        request: DownloadRequest,
        part: PartFile,
        fetcher: Fetcher,
        on_progress: Callable[[int], None],
    ) -> None:
        self.request = request
        self.part = part
        self._fetcher = fetcher
        self._on_progress = on_progress
        self._counted = 0

    def run(self, old: Path) -> DeltaResult:
        """Complete and verify the part file."""
        deadline = Deadline(self._fetcher.retry_policy.time_limit(self.request.size))
        self.part.prepare()
        resumed = self.part.size
        if resumed >= self.request.size:
            raise _Unsuitable
        reader = RangeReader(
            self.request.url,
            self.request.size,
            fetcher=self._fetcher,
            deadline=deadline,
            validator=self.part.validator if resumed else "",
        )
        with ExitStack() as stack:
            source = stack.enter_context(open_regular(old))
            archive = OldArchive(source, os.fstat(source.fileno()).st_size)
            plan = plan_delta(reader, archive).from_offset(resumed)
            self._check_saving(plan, reader)
            missing = self.request.size - resumed
            stack.enter_context(self._fetcher.disk.reserve(self.part.path.parent, missing))
            self.part.write_validator(reader.validator)
            extra = additional_connections(self._fetcher, _CONNECTIONS - 1)
            connections = 1 + stack.enter_context(extra)
            ranges = ReadAhead(reader, plan.ranges, connections=connections)
            self._write(plan, source, stack.enter_context(closing(ranges)), resumed)
        saved = self.request.size - resumed - reader.received
        return DeltaResult(reader.received, saved, reader.requests)

    def _check_saving(self, plan: DeltaPlan, reader: RangeReader) -> None:
        """Raise `_Unsuitable` unless the rest of the plan costs clearly less than the rest of the package."""
        rest = sum(part.end - part.start for part in plan.parts)
        saving = rest - plan.bytes_to_fetch - reader.received
        if saving < max(MIN_SAVING, MIN_SAVED_SHARE * rest):
            raise _Unsuitable

    def _write(
        self, plan: DeltaPlan, source: BinaryIO, ranges: Iterator[bytes], resumed: int
    ) -> None:
        digest = hashlib.sha256()
        with self.part.path.open("r+b" if resumed else "w+b") as file:
            for block in _blocks(file, 0, resumed):
                digest.update(block)
                self._count(len(block))
            file.seek(resumed)
            for block in _blocks_of(plan, source, ranges):
                self._fetcher.raise_if_stopped()
                digest.update(block)
                file.write(block)
                self._count(len(block))
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != self.request.sha256 or self._counted != self.request.size:
            self.part.remove()
            raise _Unsuitable

    def _count(self, size: int) -> None:
        self._counted += size
        self._on_progress(size)

    def give_up(self) -> None:
        """Take the progress back: whatever completes the part file counts what it finds there."""
        if self._counted:
            self._on_progress(-self._counted)


def _blocks_of(plan: DeltaPlan, source: BinaryIO, ranges: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a plan in order; ``ranges`` are those of its ranges."""
    for part in plan.parts:
        if isinstance(part, Range):
            yield next(ranges)
        elif isinstance(part.source, bytes):
            yield part.source
        else:
            yield from _blocks(source, part.source, part.size)


def _blocks(file: BinaryIO, offset: int, size: int) -> Iterator[bytes]:
    """Yield ``size`` bytes of a file from ``offset`` on; raises `_Unsuitable` if it has fewer."""
    file.seek(offset)
    while size:
        block = file.read(min(_BLOCK, size))
        if not block:
            raise _Unsuitable
        size -= len(block)
        yield block
