"""What the last run found out, so that the next one reads only what has changed.

The state stands in ``.extery/state.json`` in the folder, where neither Blender nor a listing of the
folder shows it. It only saves time: one that is missing, damaged, or of another version of
this program is made anew. Its lines are JSON: a summary, then blocks with what is known of some archives,
their entries and the facts for the page, a line each, which are handed on as text.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from extery import __version__
from extery.core.errors import Problem, Unavailable, Where
from extery.core.files import atomic_write, open_regular, refuse_symlink
from extery.listing.serialized import SerializedEntry
from extery.repository.scan import PackageFile, ScannedPackage
from extery.rules import REVISION

FOLDER = ".extery"
NAME = "state.json"
LOCK = "lock"
_FORMAT = f"extery {__version__} state 11 rules {REVISION}"

#: So many archives make a block of lines: their rows in one, then their entries, then their facts.
_BLOCK = 500

Archives = Sequence[tuple[PackageFile, ScannedPackage]]


@dataclass
class Summary:
    """What a run made: enough to see that nothing has changed, without reading more."""

    inputs: str = ""
    outputs: Mapping[str, Sequence[int]] = field(default_factory=dict)
    count: int = 0
    problems: list[Problem] = field(default_factory=list)
    listings: list[tuple[str, str]] = field(default_factory=list)
    #: What was asked for, to ask for it again.
    options: dict[str, Any] = field(default_factory=dict)


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
        """The state of ``folder``; an empty one if there is none that can be used.

        Of one that another version of this program has written, it is known which files are ours.
        """
        path = folder / FOLDER / NAME
        unusable = (
            *(OSError, ValueError, KeyError, TypeError, AttributeError),
            *(ArithmeticError, RecursionError),
        )
        with suppress(*unusable), open_regular(path) as file:
            read = json.loads(file.readline())
            body = _Body(path, file.tell(), read.get("blocks", ()), read.get("crc", 0))
            is_whole = os.fstat(file.fileno()).st_size == body.end
            if read["format"] == _FORMAT and is_whole:
                problems = [_problem(item) for item in read["problems"]]
                listings = [(address, audience) for address, audience in read["listings"]]
                summary = Summary(
                    read["inputs"],
                    _outputs(read["outputs"]),
                    read["count"],
                    problems,
                    listings,
                    dict(read["options"]),
                )
                return cls(summary, int(read["checked_at"]), body)
            return cls(Summary(outputs=_outputs(read["outputs"])), 0)
        return cls(Summary(), 0)

    def archives(self) -> dict[PackageFile, ScannedPackage]:
        """What is remembered and can be relied on."""
        if self._body is None:
            return {}
        with suppress(OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError):
            return {
                found: archive
                for found, archive in self._body.read()
                if found.mtime_ns < self.checked_at
            }
        return {}

    def is_current(
        self, inputs: str, found: Iterable[PackageFile], outputs: Mapping[str, Any]
    ) -> bool:
        """Whether a run with these inputs would make what is there."""
        return (
            inputs == self.summary.inputs
            and outputs == self.summary.outputs
            and all(item.mtime_ns < self.checked_at for item in found)
        )


def _outputs(read: dict[str, Any]) -> dict[str, list[int]]:
    """The names of files that a run wrote, as far as they can be names: the folder may come from elsewhere."""
    found = {}
    for name, value in read.items():
        name.encode()
        is_known = type(value) is list and all(type(part) is int for part in value)
        if is_known and name and "\0" not in name:
            found[name] = value
    return found


class Prepared:
    """The archives in the form in which they are written, with what the first line says of them."""

    def __init__(self, archives: Archives) -> None:
        self._archives = archives

    @cached_property
    def rows(self) -> list[bytes]:
        """What is known of the archives, as JSON for each block."""
        return [_rows(block) for block in self._blocks()]

    @cached_property
    def sizes_and_crc(self) -> tuple[list[int], int]:
        """The bytes of each block, and the checksum of all."""
        sizes, crc = [], 0
        for block in self.blocks():
            sizes.append(len(block))
            crc = zlib.crc32(block, crc)
        return sizes, crc

    def blocks(self) -> Iterator[bytes]:
        """The blocks, each put together when it is asked for: all at once would fill the memory."""
        for rows, block in zip(self.rows, self._blocks(), strict=True):
            entries = (archive.listed.text if archive.listed else b"" for _, archive in block)
            facts = (archive.facts or b"" for _, archive in block)
            yield b"\n".join([rows, *entries, *facts, b""])

    def _blocks(self) -> Iterator[Archives]:
        for start in range(0, len(self._archives), _BLOCK):
            yield self._archives[start : start + _BLOCK]


def save(folder: Path, summary: Summary, checked_at: int, prepared: Prepared) -> None:
    """Write the state; the repository is complete before."""
    sizes, crc = prepared.sizes_and_crc
    head = {
        "format": _FORMAT,
        "blocks": sizes,
        "crc": crc,
        "checked_at": checked_at,
        "inputs": summary.inputs,
        "outputs": summary.outputs,
        "count": summary.count,
        "problems": summary.problems,
        "listings": summary.listings,
        "options": summary.options,
    }
    try:
        refuse_symlink(folder / FOLDER)
        with atomic_write(folder / FOLDER / NAME) as file:
            file.write(json.dumps(head, separators=(",", ":")).encode("ascii"))
            file.write(b"\n")
            file.writelines(prepared.blocks())
    except OSError as error:
        raise Unavailable.of(
            "generate.unwritable",
            f"{folder / FOLDER / NAME} cannot be written: {error.strerror or error}",
            hint="check that you may write there, and that the disk has room",
            where=Where(str(folder / FOLDER / NAME)),
        ) from error


def _rows(archives: Archives) -> bytes:
    rows = [(*found, a.sha256, a.problems, a.listed and a.listed[:4]) for found, a in archives]
    return json.dumps([*zip(*rows, strict=True)], separators=(",", ":")).encode("ascii")


class _Body(NamedTuple):
    """All but the summary, which is read only if something has changed."""

    path: Path
    start: int
    #: The bytes of each block.
    blocks: Sequence[int]
    crc: int

    @property
    def end(self) -> int:
        return self.start + sum(self.blocks)

    def read(self) -> list[tuple[PackageFile, ScannedPackage]]:
        """The archives; `ValueError` if it is damaged."""
        archives: list[tuple[PackageFile, ScannedPackage]] = []
        crc = 0
        with open_regular(self.path) as file:
            file.seek(self.start)
            for size in self.blocks:
                block = file.read(size)
                crc = zlib.crc32(block, crc)
                known, *texts = block.split(b"\n")
                names, sizes, times, inodes, *others = json.loads(known)
                found = map(PackageFile._make, zip(names, sizes, times, inodes, strict=True))
                rows = zip(names, sizes, *others, texts, texts[len(names) :], strict=False)
                archives += zip(found, starmap(_archive, rows), strict=False)
        if crc != self.crc:
            raise ValueError("the state is damaged")
        return archives


def _archive(
    name: str,
    size: int,
    sha256: str,
    problems: Sequence[Any],
    start: Sequence[Any] | None,
    entry: bytes,
    facts: bytes,
) -> ScannedPackage:
    listed = None
    if start is not None:
        identifier, version, url, platforms = start
        listed = SerializedEntry(identifier, version, url, tuple(platforms), entry)
    noted = tuple(map(_problem, problems)) if problems else ()
    return ScannedPackage(name, size, sha256, listed, noted, facts or None)


def _problem(item: Sequence[Any]) -> Problem:
    code, message, hint, (file, path, line, column), severity, values = item
    where = Where(file, tuple(path), line, column)
    return Problem(code, message, hint, where, severity, tuple(map(tuple, values)))
