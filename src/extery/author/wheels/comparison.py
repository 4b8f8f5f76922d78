"""Compare bundled wheels with the files of the package index. What was compared is remembered by hash."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.wheels.bundle import Bundle, ListedWheel
from extery.author.wheels.findings import add_verdict
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.verification import IndexUnavailable, verify_wheels
from extery.core.errors import ProblemList, Where
from extery.core.files import atomic_write, hash_file, read_regular
from extery.fetch.addresses import redact_url

#: Remembered wheels; older ones are forgotten.
_MAX_RECORDS = 20_000
_MAX_BYTES = 10_000_000


class Records:
    """The SHA-256 of wheels that were equal to the files of an index, in a file of the user's cache."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, str] = {}
        with suppress(OSError, ValueError, RecursionError):
            table: Any = json.loads(read_regular(path, limit=_MAX_BYTES))
            if isinstance(table, dict):
                self._known = {str(key): str(value) for key, value in table.items()}

    def has(self, sha256: str, filename: str, index: str) -> bool:
        """Return whether the file was equal to that of the index."""
        return self.filename_of(sha256, index) == filename

    def filename_of(self, sha256: str, index: str) -> str:
        """Return the name of the index's file with these bytes; empty if it is not known."""
        return self._known.get(_key(sha256, index), "")

    def add(self, sha256: str, filename: str, index: str) -> None:
        self._known[_key(sha256, index)] = filename

    def save(self) -> None:
        """Write the records; without a cache the next run compares again."""
        newest = dict(list(self._known.items())[-_MAX_RECORDS:])
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.path) as file:
                file.write(json.dumps(newest, indent=0).encode("ascii"))


def _key(sha256: str, index: str) -> str:
    return f"{sha256} {redact_url(index)}"


class Compared(NamedTuple):
    """How many wheels were equal, and how many of these were known to be."""

    equal: int
    known: int


def compare(
    bundle: Bundle, index: PackageIndex, records: Records, problems: ProblemList, *, offline: bool
) -> Compared:
    """Add a problem for each listed wheel that is not the file of the index.

    Offline only what is remembered is known. Errors of the network are raised.
    """
    hashes = {wheel: hash_file(wheel.path)[0] for wheel in bundle.wheels if wheel.path.is_file()}
    known = [w for w, sha256 in hashes.items() if records.has(sha256, w.path.name, index.url)]
    unknown = [wheel for wheel in hashes if wheel not in known]
    if offline:
        for wheel in unknown:
            problems.add("library.unverified", variant="offline", where=Where(_file(wheel)), file=_file(wheel), index=redact_url(index.url))  # fmt: skip
        return Compared(len(known), len(known))
    answers = verify_wheels([(wheel.path.name, hashes[wheel]) for wheel in unknown], index)
    equal, lost = 0, None
    for wheel in unknown:
        answer = answers[wheel.path.name, hashes[wheel]]
        if isinstance(answer, IndexUnavailable):
            lost = lost or answer
            continue
        add_verdict(answer, _file(wheel), Where(_file(wheel)), problems)
        if answer.kind == "identical" and not answer.yanked:
            equal += 1
            records.add(hashes[wheel], wheel.path.name, index.url)
    records.save()
    if lost is not None:
        raise lost
    return Compared(len(known) + equal, len(known))


def _file(wheel: ListedWheel) -> str:
    return wheel.item.removeprefix("./").lstrip("/")
