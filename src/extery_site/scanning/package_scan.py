"""Scan a package with clamd: as it is, and the files in it where clamd may not read them.

clamd says OK of a zip whose files it does not read, and Blender does: packed with LZMA, or with zip64 records (ClamAV 1.4.6). Of a
compressed file above its ``MaxFileSize`` it inflates only the beginning. So `Clamd` is told the size of the largest
compressed file in ordinary archives, and the files of others are sent once more, unpacked. A process without network
unpacks them (`extery_site.scanning.unpacking`); here, what it writes is only passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.conf import settings

from extery.isolation.limits import Limits, ProcessEnded
from extery.isolation.replies import MALFORMED
from extery_site.project.isolation import stream_isolated
from extery_site.scanning.clamd import Clamd, ClamdVerdict
from extery_site.scanning.clamd_answers import over_limit
from extery_site.scanning.unpacked import BlockStream
from extery_site.scanning.unpacking import MAX_SENT

#: What unpacking may take, beside temporary files: 4 GB that are packed with LZMA take two minutes.
_LIMITS = Limits(memory=600_000_000, seconds=400.0, cpu_seconds=300, output=MAX_SENT + 100_000_000)


def scan_package(clamd: Clamd, file: BinaryIO) -> ClamdVerdict:
    """Return the verdict of a package with all that is in it: infected if anything is, clean if everything is.

    ``file`` is a seekable file that was checked at its upload. Raises `ScannerUnavailable`, `ProcessEnded` if unpacking it was
    too much for its process and clamd has found nothing in what it was sent, and `Unavailable`.
    """
    with _unpacking(file) as frames:
        contents, ended = _read_contents(frames)
        file.seek(0)
        verdict = clamd.scan(file, largest_member=contents["largest"])
        if verdict.kind == "infected":
            return verdict
        if ended is not None:
            raise ended
        if contents["is_plain"]:
            return verdict
        for other in _scan_unpacked(clamd, frames):
            if other.kind == "infected":
                return other
            if verdict.kind == "clean":
                verdict = other
    if not contents["is_archive"] and verdict.kind == "clean":
        return ClamdVerdict("not_scanned", reason="the package cannot be opened")
    return verdict


@contextmanager
def _unpacking(file: BinaryIO) -> Iterator[Iterator[Any]]:
    disk = max(_LIMITS.disk, 2 * settings.EXTERY_MAX_UPLOAD)
    with stream_isolated("unpack-package", file, {}, _LIMITS._replace(disk=disk)) as frames:
        yield frames


def _read_contents(frames: Iterator[Any]) -> tuple[dict[str, Any], ProcessEnded | None]:
    """Return what the package is; or nothing about it, and how the process has ended that should have said it."""
    try:
        contents: Any = next(frames, None)
        return {
            "is_archive": bool(contents["is_archive"]),
            "is_plain": bool(contents["is_plain"]),
            "largest": int(contents["largest"]),
        }, None
    except ProcessEnded as ended:
        return {"largest": 0}, ended
    except MALFORMED:
        return {"largest": 0}, _crash()


def _crash() -> ProcessEnded:
    return ProcessEnded("crash", detail="the unpacked files cannot be read")


def _scan_unpacked(clamd: Clamd, frames: Iterator[Any]) -> Iterator[ClamdVerdict]:
    """Scan the zips of the stream, and yield a verdict for each, and for what is not sent."""
    for frame in frames:
        if not isinstance(frame, dict):
            raise _crash()
        if "zip" in frame:
            zip_ = _Zip(frames)
            # Read to its end also if clamd has answered before: the next value is after it.
            verdict = clamd.scan(BlockStream(zip_.blocks()))
            zip_.skip()
            yield verdict
            if zip_.reason and verdict.kind != "infected":
                yield ClamdVerdict("not_scanned", reason=zip_.reason)
        elif "over" in frame:
            yield over_limit(str(frame["over"]))
        elif "unread" in frame:
            yield ClamdVerdict("not_scanned", reason=str(frame["unread"]))
        else:
            raise _crash()


class _Zip:
    """The blocks of one zip of a stream; ``reason`` says why it is incomplete, once it was read."""

    def __init__(self, frames: Iterator[Any]) -> None:
        self.reason = ""
        self._frames = frames
        self._is_at_end = False

    def blocks(self) -> Iterator[bytes]:
        """Yield the blocks, once: another call goes on where one was left."""
        while not self._is_at_end:
            frame = next(self._frames, None)
            if isinstance(frame, bytes):
                yield frame
            elif isinstance(frame, dict) and "end" in frame:
                self.reason = str(frame["end"])
                self._is_at_end = True
            else:
                raise _crash()

    def skip(self) -> None:
        """Read what is left."""
        for _ in self.blocks():
            pass
