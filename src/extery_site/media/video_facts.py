"""What the readers of videos find, and how they read: bounded, from a file that may be hostile."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, NamedTuple

from extery.core.errors import InvalidInput, Where

#: Boxes or elements that are read at most: three minutes at 60 pictures a second are about 20,000.
MAX_PARTS = 300_000
#: Places in a video that are overwritten at most.
MAX_EDITS = 2_000
_WHERE = Where(path=("file",))


class Edit(NamedTuple):
    """Bytes to overwrite: ``header`` at ``start``, then zeros up to ``end``."""

    start: int
    header: bytes
    end: int


@dataclass
class VideoFacts:
    """What the headers and the samples of a video say; ``declared_seconds`` is ``None`` if the header does not say it."""

    container: Literal["mp4", "webm"]
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    declared_seconds: float | None = None
    video_codecs: list[str] = field(default_factory=list)
    audio_codecs: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)


class BoundedReader:
    """Reads a file by positions, and counts the parts that are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)
        self._parts = 0

    def read(self, start: int, length: int) -> bytes:
        """Return bytes; raises `InvalidInput` if the file has fewer."""
        self._file.seek(start)
        data = self._file.read(length)
        if len(data) != length:
            raise truncated("it ends within a header")
        return data

    def count(self) -> None:
        """Count a box or element; raises `InvalidInput` for too many."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise problem("video.not-video", variant="too-complex")


def add_edit(facts: VideoFacts, edit: Edit) -> None:
    """Add an edit; raises `InvalidInput` for too many."""
    facts.edits.append(edit)
    if len(facts.edits) > MAX_EDITS:
        raise problem("video.not-video", variant="too-complex")


def problem(code: str, *, variant: str = "", **values: Any) -> InvalidInput:
    """Return an error about the uploaded file."""
    return InvalidInput.of(code, where=_WHERE, variant=variant, **values)


def damaged(detail: str) -> InvalidInput:
    """Return the error for a video whose headers contradict each other."""
    return problem("video.not-video", variant="damaged", detail=detail)


def truncated(detail: str) -> InvalidInput:
    """Return the error for a video that ends too early."""
    return problem("video.not-video", variant="truncated", detail=detail)
