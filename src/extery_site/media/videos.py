"""Uploaded videos: probed in isolation, and stored without metadata. They are served as they are, never decoded here."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from django.conf import settings

from extery.core.errors import InvalidInput, Where
from extery.core.files import format_size
from extery.isolation.limits import Limits, ProcessEnded
from extery.isolation.replies import MALFORMED
from extery_site.files import storage
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.project.isolation import call_isolated

_WHERE = Where(path=("file",))
_LIMITS = Limits(memory=200_000_000, seconds=30.0, cpu_seconds=20, output=1_000_000, disk=1_000_000)
_KINDS = {"mp4": FileKind.MP4, "webm": FileKind.WEBM}


class _Edit(NamedTuple):
    start: int
    header: bytes
    end: int


class EditedFile(io.RawIOBase):
    """A file, read with some of its bytes overwritten; of the same size."""

    def __init__(self, file: BinaryIO, edits: list[_Edit]) -> None:
        self._file = file
        self._edits = edits

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        at = self._file.tell()
        data = bytearray(self._file.read(size))
        for start, header, end in self._edits:
            if start < at + len(data) and end > at:
                _overwrite(data, start - at, header, end - at)
        return bytes(data)


def _overwrite(data: bytearray, start: int, header: bytes, end: int) -> None:
    """Overwrite the part of an edit that lies in ``data``; positions are those of ``data``, and may be outside."""
    for index in range(max(0, start), min(len(data), start + len(header))):
        data[index] = header[index - start]
    first, last = max(0, start + len(header)), min(len(data), end)
    if first < last:
        data[first:last] = bytes(last - first)


class UploadedVideo(NamedTuple):
    """A checked video that has no row yet."""

    stage: storage.StagedFile
    width: int
    height: int
    seconds: float

    def store(self) -> StoredFile:
        """Store the file; requires a transaction."""
        return self.stage.store()


@contextmanager
def uploaded_video(file: BinaryIO) -> Iterator[UploadedVideo]:
    """Check a video and transfer it to the storage without its metadata; removes it unless it is stored.

    Raises `InvalidInput`. Requires no transaction.
    """
    size = _check_file_size(file)
    seconds = settings.EXTERY_MAX_VIDEO_DURATION.total_seconds()
    try:
        reply = call_isolated("probe-video", file, {"max_seconds": seconds}, _LIMITS)
    except ProcessEnded as ended:
        raise _unreadable() from ended
    try:
        kind = _KINDS[reply.value["container"]]
        width, height = map(int, reply.value["size"])
        found = float(reply.value["seconds"])
        edits = [_Edit(int(a), bytes.fromhex(b), int(c)) for a, b, c in reply.value["edits"]]
        if not (0 < width < 1 << 15 and 0 < height < 1 << 15 and math.isfinite(found)):
            raise ValueError("numbers out of range")
        if any(not 0 <= a <= a + len(b) <= c <= size for a, b, c in edits):
            raise ValueError("edits outside the file")
    except MALFORMED as error:
        raise _unreadable() from error
    with storage.stage_file(EditedFile(file, edits), kind) as stage:  # type: ignore[arg-type]
        stage.upload()
        yield UploadedVideo(stage, width, height, found)


def _check_file_size(file: BinaryIO) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > settings.EXTERY_MAX_VIDEO:
        raise InvalidInput.of(
            "video.too-large",
            where=_WHERE,
            size=format_size(size),
            max_size=format_size(settings.EXTERY_MAX_VIDEO),
        )
    return size


def _unreadable() -> InvalidInput:
    return InvalidInput.of("video.not-video", where=_WHERE, variant="ended")
