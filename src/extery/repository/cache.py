"""The state of the last run, so that the next one reads only packages that have changed.

It is ``.extery/state.json`` in the folder, which Blender ignores and no listing contains. It only saves time:
without a valid state of this version of Extery, all packages are read. The lines of the file are JSON: a summary,
then blocks of packages. A block has a row of fields, then the entry of each package and its metadata for the page,
one a line, which are copied as text.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from extery import __version__
from extery.core.cached_property import cached_property
from extery.core.errors import Problem, Unavailable, Where
from extery.core.files import atomic_write, open_regular, refuse_symlink
from extery.core.text import os_error_text
from extery.listing.serialized import SerializedEntry
from extery.repository.scan import PackageFile, ScannedPackage
from extery.rules import REVISION

FOLDER = ".extery"
NAME = "state.json"
LOCK = "lock"
_FORMAT = f"extery {__version__} state 15 rules {REVISION}"

#: Packages in a block.
_BLOCK = 500
#: Raised by files that were damaged or edited.
_INVALID = (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError)

Packages = Sequence[tuple[PackageFile, ScannedPackage]]


@dataclass
class Summary:
    """The first line of the state: enough to decide whether anything has changed."""

    #: Fingerprint of everything that the outputs depend on.
    inputs: str = ""
    #: Name of each file that was written -> its size, time and inode.
    outputs: Mapping[str, Sequence[int]] = field(default_factory=dict)
    count: int = 0
    problems: list[Problem] = field(default_factory=list)
    listings: list[tuple[str, str]] = field(default_factory=list)
    #: The options of the run, for the next one to repeat it.
    options: dict[str, Any] = field(default_factory=dict)
    #: Digest of the valid tags by which the packages were checked, empty for Blender's own.
    tags: str = ""
    #: Numbers of listed, older and hidden packages.
    counts: tuple[int, int, int] = (0, 0, 0)
    #: Name of a package -> the Blenders that refuse it, each with the fields of a `Refusal`.
    refusals: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)


class State:
    """The state of a folder.

    ``checked_at`` is the start of the run that read the packages, by the clock of the folder's file system. A
    package that is not older could change again without a new time, since such clocks tick slowly, so the next
    run reads it again.
    """

    def __init__(
        self, summary: Summary, checked_at: int, blocks: _StoredBlocks | None = None
    ) -> None:
        self.summary = summary
        self.checked_at = checked_at
        self._blocks = blocks

    @classmethod
    def load(cls, folder: Path) -> State:
        """Load the state of ``folder``; return an empty one if there is none or it is damaged.

        Of a state that another version of Extery wrote, only the names of its outputs are kept.
        """
        path = folder / FOLDER / NAME
        with suppress(*_INVALID, AttributeError), open_regular(path) as file:
            head = json.loads(file.readline())
            blocks = _StoredBlocks(path, file.tell(), head.get("blocks", ()), head.get("crc", 0))
            is_complete = os.fstat(file.fileno()).st_size == blocks.end
            if head["format"] == _FORMAT and is_complete:
                return cls(_summary(head), int(head["checked_at"]), blocks)
            return cls(Summary(outputs=_outputs(head["outputs"])), 0)
        return cls(Summary(), 0)

    def packages(self, *, tags: str = "") -> dict[PackageFile, ScannedPackage]:
        """Return the cached packages that are still valid if their file is unchanged.

        None of them is valid if they were checked by other tags than those with the digest ``tags``.
        """
        if self._blocks is None or tags != self.summary.tags:
            return {}
        with suppress(*_INVALID):
            return {
                file: package
                for file, package in self._blocks.read()
                if file.mtime_ns < self.checked_at
            }
        return {}

    def is_current(
        self, inputs: str, files: Iterable[PackageFile], outputs: Mapping[str, Any]
    ) -> bool:
        """Return whether a run with these inputs would write the existing outputs again."""
        return (
            inputs == self.summary.inputs
            and outputs == self.summary.outputs
            and all(file.mtime_ns < self.checked_at for file in files)
        )


def _summary(head: Mapping[str, Any]) -> Summary:
    return Summary(
        head["inputs"],
        _outputs(head["outputs"]),
        head["count"],
        [_problem(item) for item in head["problems"]],
        [(address, audience) for address, audience in head["listings"]],
        dict(head["options"]),
        head["tags"],
        _counts(*head["counts"]),
        {name: [_refusal(*fields) for fields in own] for name, own in head["refusals"].items()},
    )


def _refusal(
    series: list[str], codes: list[str], message: str, more: int
) -> tuple[tuple[str, ...], tuple[str, ...], str, int]:
    # Joined only to fail for anything but texts.
    "".join([*series, *codes, message])
    return tuple(series), tuple(codes), message, int(more)


def _counts(listed: int, older: int, hidden: int) -> tuple[int, int, int]:
    return listed, older, hidden


def _outputs(head: dict[str, Any]) -> dict[str, list[int]]:
    """Return the outputs with valid names and identities: the folder may have been copied from anywhere."""
    outputs = {}
    for name, identity in head.items():
        name.encode()
        is_valid = type(identity) is list and all(type(part) is int for part in identity)
        if is_valid and name and "\0" not in name:
            outputs[name] = identity
    return outputs


class PackageBlocks:
    """The packages as blocks of the state file, serialized block by block to save memory."""

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    @cached_property
    def rows(self) -> list[bytes]:
        """The first line of each block."""
        return [_rows(packages) for packages in self._split()]

    @cached_property
    def sizes_and_crc(self) -> tuple[list[int], int]:
        """The size of each block in bytes, and the checksum of all blocks."""
        sizes, crc = [], 0
        for block in self:
            sizes.append(len(block))
            crc = zlib.crc32(block, crc)
        return sizes, crc

    def __iter__(self) -> Iterator[bytes]:
        for rows, packages in zip(self.rows, self._split(), strict=True):
            entries = (
                package.serialized.text if package.serialized else b"" for _, package in packages
            )
            metadata = (package.metadata or b"" for _, package in packages)
            yield b"\n".join([rows, *entries, *metadata, b""])

    def _split(self) -> Iterator[Packages]:
        for start in range(0, len(self._packages), _BLOCK):
            yield self._packages[start : start + _BLOCK]


def save(folder: Path, summary: Summary, checked_at: int, blocks: PackageBlocks) -> None:
    """Write the state, after all other outputs."""
    sizes, crc = blocks.sizes_and_crc
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
        "tags": summary.tags,
        "counts": summary.counts,
        "refusals": summary.refusals,
    }
    path = folder / FOLDER / NAME
    try:
        refuse_symlink(path.parent)
        with atomic_write(path) as file:
            file.write(json.dumps(head, separators=(",", ":")).encode("ascii"))
            file.write(b"\n")
            file.writelines(blocks)
    except OSError as error:
        raise Unavailable.of(
            "generate.unwritable",
            where=Where(str(path)),
            path=str(path),
            reason=os_error_text(error),
        ) from error


def _rows(packages: Packages) -> bytes:
    rows = [
        (*file, p.sha256, p.problems, p.serialized and p.serialized[:5]) for file, p in packages
    ]
    return json.dumps([*zip(*rows, strict=True)], separators=(",", ":")).encode("ascii")


class _StoredBlocks(NamedTuple):
    """The blocks of a state file, which are read only if something has changed."""

    path: Path
    start: int
    #: Size of each block in bytes.
    sizes: Sequence[int]
    crc: int

    @property
    def end(self) -> int:
        return self.start + sum(self.sizes)

    def read(self) -> list[tuple[PackageFile, ScannedPackage]]:
        """Return the packages; raises `ValueError` if the file is damaged."""
        packages: list[tuple[PackageFile, ScannedPackage]] = []
        crc = 0
        with open_regular(self.path) as file:
            file.seek(self.start)
            for size in self.sizes:
                block = file.read(size)
                crc = zlib.crc32(block, crc)
                first, *texts = block.split(b"\n")
                names, sizes, times, inodes, *others = json.loads(first)
                files = map(PackageFile._make, zip(names, sizes, times, inodes, strict=True))
                rows = zip(names, sizes, *others, texts, texts[len(names) :], strict=False)
                packages += zip(files, starmap(_package, rows), strict=False)
        if crc != self.crc:
            raise ValueError("the state is damaged")
        return packages


def _package(
    name: str,
    size: int,
    sha256: str,
    problems: Sequence[Any],
    entry_fields: Sequence[Any] | None,
    entry: bytes,
    metadata: bytes,
) -> ScannedPackage:
    serialized = None
    if entry_fields is not None:
        identifier, version, url, platforms, type_ = entry_fields
        serialized = SerializedEntry(identifier, version, url, tuple(platforms), type_, entry)
    own = tuple(map(_problem, problems)) if problems else ()
    return ScannedPackage(name, size, sha256, serialized, own, metadata or None)


def _problem(item: Sequence[Any]) -> Problem:
    code, message, hint, (file, path, line, column), severity, values = item
    where = Where(file, tuple(path), line, column)
    return Problem(code, message, hint, where, severity, tuple(map(tuple, values)))
