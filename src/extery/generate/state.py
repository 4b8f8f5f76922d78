"""What the last run found out, so that the next one reads only what has changed.

The state stands in ``.extery/state.json`` in the folder, where neither Blender nor a listing of the
folder shows it. It only saves time: one that is missing, damaged, or of another version of
this program is made anew. Its lines are JSON: a summary, what is known of all archives, then their entries
and then the facts for the page, a line each, which are handed on as text.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from extery import __version__
from extery.core.errors import Problem, Where
from extery.core.files import replacing
from extery.generate.listed import Listed
from extery.generate.scan import Found, ScannedArchive

FOLDER = ".extery"
NAME = "state.json"
LOCK = "lock"
_FORMAT = f"extery {__version__} state 3"


@dataclass
class Summary:
    """What a run made: enough to see that nothing has changed, without reading more."""

    inputs: str = ""
    outputs: dict[str, list[int]] = field(default_factory=dict)
    count: int = 0
    problems: list[Problem] = field(default_factory=list)
    listings: list[tuple[str, str]] = field(default_factory=list)


class State:
    """The remembered archives of a folder.

    ``checked_at`` is when the run began that looked at them, by the folder's own clock. An archive
    whose time is not before that could have been changed once more without its time showing
    it (clocks of file systems tick slowly), so it is read again.
    """

    def __init__(self, summary: Summary, checked_at: int, body: _Body | None = None) -> None:
        self.summary = summary
        self.checked_at = checked_at
        self._body = body

    @classmethod
    def load(cls, folder: Path) -> State:
        """The state of ``folder``; an empty one if there is none that can be used."""
        path = folder / FOLDER / NAME
        with suppress(OSError, ValueError, KeyError, TypeError), path.open("rb") as file:
            read = json.loads(file.readline())
            body = _Body(path, file.tell(), read["size"], read["crc"])
            if read["format"] == _FORMAT and os.fstat(file.fileno()).st_size == body.end:
                problems = [_problem(item) for item in read["problems"]]
                listings = [(address, audience) for address, audience in read["listings"]]
                summary = Summary(
                    read["inputs"], read["outputs"], read["count"], problems, listings
                )
                return cls(summary, int(read["checked_at"]), body)
        return cls(Summary(), 0)

    def archives(self) -> dict[Found, ScannedArchive]:
        """What is remembered and can be relied on."""
        if self._body is None:
            return {}
        with suppress(OSError, ValueError, KeyError, TypeError):
            known, *texts = self._body.read().split("\n")
            rows = json.loads(known)
            entries, facts = texts[: len(rows)], texts[len(rows) :]
            return {
                found: archive
                for row, entry, fact in zip(rows, entries, facts, strict=True)
                if (found := Found(*row[:4])).mtime_ns < self.checked_at
                and (archive := _archive(row, entry, fact))
            }
        return {}

    def is_current(self, inputs: str, found: Iterable[Found], outputs: Mapping[str, Any]) -> bool:
        """Whether a run with these inputs would make what is there."""
        return (
            inputs == self.summary.inputs
            and outputs == self.summary.outputs
            and all(item.mtime_ns < self.checked_at for item in found)
        )


def save(
    folder: Path,
    summary: Summary,
    checked_at: int,
    archives: Sequence[tuple[Found, ScannedArchive]],
) -> None:
    """Write the state; the repository is complete before."""
    known = [
        [*found, a.sha256, a.problems, *(a.listed[:4] if a.listed else ())] for found, a in archives
    ]
    rows = json.dumps(known, separators=(",", ":")).encode("ascii")
    # Twice through the lines is quicker than once with all of them put together in memory.
    crc = size = 0
    for line in _lines(rows, archives):
        crc, size = zlib.crc32(line, crc), size + len(line)
    head = {
        "format": _FORMAT,
        "size": size,
        "crc": crc,
        "checked_at": checked_at,
        "inputs": summary.inputs,
        "outputs": summary.outputs,
        "count": summary.count,
        "problems": summary.problems,
        "listings": summary.listings,
    }
    with replacing(folder / FOLDER / NAME) as file:
        file.write(json.dumps(head, separators=(",", ":")).encode("ascii"))
        file.write(b"\n")
        file.writelines(_lines(rows, archives))


def _lines(rows: bytes, archives: Sequence[tuple[Found, ScannedArchive]]) -> Iterator[bytes]:
    yield rows
    for _, archive in archives:
        yield b"\n" + (archive.listed.text.encode("ascii") if archive.listed else b"")
    for _, archive in archives:
        yield b"\n" + (archive.facts or "").encode("ascii")


class _Body(NamedTuple):
    """All but the summary, which is read only if something has changed."""

    path: Path
    start: int
    size: int
    crc: int

    @property
    def end(self) -> int:
        return self.start + self.size

    def read(self) -> str:
        """Its text; `ValueError` if it is damaged."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            data = file.read(self.size)
        if zlib.crc32(data) != self.crc:
            raise ValueError("the state is damaged")
        return data.decode("ascii")


def _archive(row: Sequence[Any], entry: str, facts: str) -> ScannedArchive:
    name, size, _, _, sha256, problems, *start = row
    listed = None
    if start:
        identifier, version, url, platforms = start
        listed = Listed(identifier, version, url, tuple(platforms), entry)
    return ScannedArchive(name, size, sha256, listed, tuple(map(_problem, problems)), facts or None)


def _problem(item: Sequence[Any]) -> Problem:
    code, message, hint, (file, path, line, column), severity = item
    return Problem(code, message, hint, Where(file, tuple(path), line, column), severity)
