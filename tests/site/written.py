"""What is written between two states of a site, its SQLite database and its data folder, and writing it again."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import connection

#: Tables that tests do not change, and those of sign-ins, which the actions neither read nor write: they
#: have random values.
LEFT_OUT = (
    *("django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"),
    *("django_session", "accounts_apitoken"),
    # Triggers write them, with the rows of the table before.
    *(
        f"{table}{part}"
        for table in ("search_text", "search_popular")
        for part in ("", "_config", "_content", "_data", "_docsize", "_idx")
    ),
)
#: Seconds for which a time is of this test, so that only its order counts.
RECENT = 30
#: Seconds that a test takes before it makes its content: no difference to an older time.
SLACK = 5
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
#: The random identifier of a task, and a password that cannot be used, with random characters.
_IDENTIFIER = re.compile("[0-9a-f]{32}")
_NO_PASSWORD = re.compile(r"!\w{40}")

Cell = tuple[str, int, int]
"""Table, row and number of a column."""


class Unrecordable(Exception):
    """Something else than new rows, changed fields and new files."""


@dataclass(frozen=True)
class Table:
    """The columns of a table, and how to read them as they are stored."""

    name: str
    columns: tuple[str, ...]
    times: frozenset[int]
    """Numbers of the columns with a time."""

    @cached_property
    def query(self) -> str:
        # With a plus, the value is not converted.
        columns = ", ".join(f'+"{name}"' for name in self.columns)
        return f'SELECT rowid, {columns} FROM "{self.name}"'


_TABLES: list[Table] = []


def tables() -> list[Table]:
    """Return the tables of the site."""
    if not _TABLES:
        raw = connection.connection
        names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if name not in LEFT_OUT:
                info = raw.execute(f'PRAGMA table_info("{name}")').fetchall()
                times = (number for number, row in enumerate(info) if row[2] == "datetime")
                _TABLES.append(Table(name, tuple(row[1] for row in info), frozenset(times)))
    return _TABLES


@dataclass(frozen=True)
class State:
    """All rows and files at a time."""

    now: float
    rows: dict[str, dict[int, tuple[Any, ...]]]
    sequences: dict[str, int]
    folder: Path
    files: dict[str, tuple[int, int]]

    @classmethod
    def read(cls, folder: Path) -> State:
        """Read the database and the folder."""
        connection.ensure_connection()
        raw = connection.connection
        rows = {}
        for table in tables():
            if found := raw.execute(table.query).fetchall():
                rows[table.name] = {row[0]: row[1:] for row in found}
        sequences = dict(raw.execute("SELECT name, seq FROM sqlite_sequence"))
        files = {}
        for path in folder.rglob("*"):
            if path.is_file():
                status = path.stat()
                files[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns)
        return cls(time.time(), rows, sequences, folder, files)

    @cached_property
    def times(self) -> dict[str, Cell]:
        """Each time as it is stored, with a place where it is."""
        return {
            row[number]: (table.name, rowid, number)
            for table in tables()
            if table.times
            for rowid, row in self.rows.get(table.name, {}).items()
            for number in table.times
            if row[number] is not None
        }

    def plain(self) -> Iterator[tuple[Table, int, list[Any]]]:
        """Return the rows with their age in place of times: equal for states that came about at other times."""
        seconds = {text: parse(text) for text in self.times}
        recent = sorted(text for text, at in seconds.items() if abs(self.now - at) < RECENT)
        rank = {text: f"recent {number}" for number, text in enumerate(recent)}
        shown = {text: rank.get(text) or age(self.now - at) for text, at in seconds.items()}
        for table in tables():
            for rowid, row in self.rows.get(table.name, {}).items():
                yield table, rowid, [self._plain(value, shown) for value in row]

    @cached_property
    def digest(self) -> str:
        """The same for states that differ in when they came about only."""
        digest = hashlib.sha256()
        for table, rowid, values in self.plain():
            digest.update(repr((table.name, rowid, values)).encode())
        files = sorted((name, size) for name, (size, _) in self.files.items())
        rest = datetime.now(UTC).date(), sorted(self.sequences.items()), files
        digest.update(repr(rest).encode())
        return digest.hexdigest()

    def _plain(self, value: Any, shown: dict[str, str]) -> Any:
        if isinstance(value, str):
            if _NO_PASSWORD.fullmatch(value) or _IDENTIFIER.fullmatch(value):
                return "random"
            return shown.get(value, value)
        if isinstance(value, int) and abs(self.now - value) < 1_000_000:
            return age(self.now - value)
        return value


def parse(text: str) -> float:
    """Return the seconds since 1970 of a stored time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def age(seconds: float) -> str:
    """Return an age in minutes, the same for a test that takes a little longer."""
    return f"{(seconds + SLACK) // 60} minutes"


@dataclass(frozen=True)
class Moment:
    """A time that was recorded: the one of a row that existed, or its distance to the call."""

    cell: Cell | None
    rank: int
    """Its place among the times of the call; 0 for others."""
    seconds: float
    """Its distance to the call, for others."""
    is_number: bool = False

    def at(self, before: State) -> Any:
        """Return it for a call now."""
        if self.cell is not None:
            table, row, number = self.cell
            return before.rows[table][row][number]
        if self.is_number:
            return int(before.now + self.seconds)
        at = before.now + self.seconds + self.rank * 1e-6
        return str(datetime.fromtimestamp(at, UTC).replace(tzinfo=None))


@dataclass(frozen=True)
class Written:
    """New rows, changed fields and new files."""

    new: list[tuple[Table, int, list[Any]]]
    changed: list[tuple[Table, int, dict[int, Any]]]
    sequences: dict[str, int]
    files: dict[str, Path]

    @classmethod
    def between(cls, before: State, after: State, folder: Path) -> Written:
        """Find what differs; keep the files in ``folder``. Raises `Unrecordable`."""
        if int(before.now) != int(after.now):
            raise Unrecordable  # seconds were counted that another call does not take
        moments = Moments(before, after)
        new, changed = [], []
        for table in tables():
            old, rows = before.rows.get(table.name, {}), after.rows.get(table.name, {})
            if old.keys() - rows.keys():
                raise Unrecordable
            for rowid, row in rows.items():
                if rowid not in old:
                    values = [
                        moments.of(value, number in table.times) for number, value in enumerate(row)
                    ]
                    new.append((table, rowid, values))
                elif row != old[rowid]:
                    fields = {
                        number: moments.of(value, number in table.times)
                        for number, value in enumerate(row)
                        if value != old[rowid][number]
                    }
                    changed.append((table, rowid, fields))
        if any(after.files.get(name) != status for name, status in before.files.items()):
            raise Unrecordable
        files = {}
        for number, name in enumerate(after.files.keys() - before.files.keys()):
            folder.mkdir(exist_ok=True)
            files[name] = folder / str(number)
            shutil.copy2(after.folder / name, files[name])
        sequences = {
            name: value
            for name, value in after.sequences.items()
            if before.sequences.get(name) != value
        }
        return cls(new, changed, sequences, files)

    def write_again(self, before: State) -> None:
        """Write the same, now."""
        execute = connection.connection.execute
        for table, rowid, values in self.new:
            names = ", ".join(f'"{name}"' for name in ("rowid", *table.columns))
            marks = ", ".join("?" * (len(table.columns) + 1))
            row = [value.at(before) if isinstance(value, Moment) else value for value in values]
            execute(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', [rowid, *row])
        for table, rowid, fields in self.changed:
            names = ", ".join(f'"{table.columns[number]}" = ?' for number in fields)
            row = [
                value.at(before) if isinstance(value, Moment) else value
                for value in fields.values()
            ]
            execute(f'UPDATE "{table.name}" SET {names} WHERE rowid = ?', [*row, rowid])
        for name, value in self.sequences.items():
            execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [value, name])
        for name, file in self.files.items():
            (before.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, before.folder / name)


class Moments:
    """The times of a call, from its start and its end."""

    def __init__(self, before: State, after: State) -> None:
        self.before = before
        self.start, self.end = before.now - 0.001, after.now + 0.001
        texts = sorted(text for text in after.times if self.start <= parse(text) <= self.end)
        self.ranks = {text: number for number, text in enumerate(texts, 1)}
        self.identifiers = {
            value
            for rows in before.rows.values()
            for row in rows.values()
            for value in row
            if isinstance(value, str) and _IDENTIFIER.fullmatch(value)
        }

    def of(self, value: Any, is_time: bool) -> Any:
        """Return what to record for a value."""
        if isinstance(value, int) and abs(self.start - value) < 1_000_000:
            return Moment(None, 0, value - int(self.before.now), is_number=True)
        if not isinstance(value, str):
            return value
        if is_time:
            if cell := self.before.times.get(value):
                return Moment(cell, 0, 0)
            if rank := self.ranks.get(value):
                return Moment(None, rank, 0)
            at = parse(value)
            # Computed from a time in the call, and never later than in a real one.
            return Moment(None, 0, at - (self.end if at > self.end else self.start))
        if value in self.identifiers:
            raise Unrecordable
        if _TIME.search(value) and datetime.now(UTC).date().isoformat() in value:
            raise Unrecordable
        return value
