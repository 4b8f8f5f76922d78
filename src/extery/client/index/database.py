"""The SQLite file with the listed extensions of a target: opened, made current, and made again if it is damaged.

It is a cache that may be deleted at any time. Commands open it read-only; only if a listing was replaced since, by `sync` or
by Blender itself, it is written. If that is not possible, the same is made in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from extery.client import layout
from extery.client.repositories import Repository, load_repositories
from extery.client.targets import Target

#: Number of the tables below; a file with another one is made again.
SCHEMA = 3
#: Time to wait for another command that writes the file, in seconds.
TIMEOUT = 5.0
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")

# The last index has all that lists need, so that they do not read the entries themselves.
_TABLES = """
CREATE TABLE listings (repository TEXT PRIMARY KEY, stamp TEXT NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE settings (system TEXT NOT NULL, has_search INTEGER NOT NULL);
CREATE TABLE blocks (repository TEXT, extension TEXT, reason TEXT NOT NULL, PRIMARY KEY (repository, extension)) WITHOUT ROWID;
CREATE TABLE entries (
    number INTEGER PRIMARY KEY, repository TEXT NOT NULL, digest BLOB NOT NULL, extension TEXT NOT NULL,
    version TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, tagline TEXT NOT NULL, tags TEXT NOT NULL,
    incompatible TEXT NOT NULL, shown INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX entries_by_extension ON entries (extension, repository);
CREATE INDEX entries_by_digest ON entries (repository, digest);
CREATE INDEX entries_shown ON entries (shown, extension, repository, version, type, name, tagline, tags, incompatible);
"""
#: The text search; SQLite can be built without it.
_SEARCH = "CREATE VIRTUAL TABLE texts USING fts5(extension, name, tagline, tags, maintainer, tokenize = 'unicode61 remove_diacritics 2')"


class Index:
    """The open file, or the same in memory."""

    def __init__(self, target: Target, connection: sqlite3.Connection) -> None:
        self.target = target
        self.connection = connection
        self._repositories: list[Repository] | None = None
        #: URLs of listings that were received after a redirect, by repository, once they were read.
        self.bases: dict[str, str] | None = None

    @property
    def repositories(self) -> dict[str, Repository]:
        """The enabled remote repositories, by name and in their order."""
        if self._repositories is None:
            self._repositories = indexed_repositories(self.target)
        return {repository.name: repository for repository in self._repositories}

    @property
    def has_search(self) -> bool:
        return bool(self.rows("SELECT has_search FROM settings")[0][0])

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query. A file that turns out to be damaged is made again."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError:
            self.connection.close()
            remove(self.target)
            self.connection = _open_current(self.target)
            return self.connection.execute(statement, values).fetchall()


def path_of(target: Target) -> Path:
    return target.state_folder / layout.INDEX_FILE


def indexed_repositories(target: Target) -> list[Repository]:
    return [item for item in load_repositories(target) if item.is_remote and item.enabled]


def unsynced_repositories(target: Target) -> list[str]:
    """Return the names of the enabled remote repositories whose listing was never fetched."""
    found = indexed_repositories(target)
    return [item.name for item in found if not item.listing_in(target).exists()]


@contextmanager
def open_index(target: Target) -> Iterator[Index]:
    """Yield the current index of a target; raises `Corrupt` if its list of repositories is damaged."""
    index = Index(target, _open_current(target))
    try:
        yield index
    finally:
        index.connection.close()


def stamps_of(target: Target) -> dict[str, str]:
    """Return what identifies the stored listing of each repository: size, time and file; empty without one."""
    return {
        repository.name: stamp_of(repository.listing_in(target))
        for repository in indexed_repositories(target)
    }


def stamp_of(path: Path) -> str:
    """Return what identifies a file and its content: Blender replaces its listings by new files."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def refresh_index(target: Target, *, is_checked: bool = False) -> None:
    """Make the index current. ``is_checked``: all entries of the stored listings were checked just now."""
    _open_current(target, is_checked=is_checked).close()


def remove(target: Target) -> None:
    """Remove the file, with what a command that was killed has left beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            path_of(target).with_name(layout.INDEX_FILE + suffix).unlink()


def _open_current(target: Target, *, is_checked: bool = False) -> sqlite3.Connection:
    stamps = stamps_of(target)
    with suppress(sqlite3.Error):
        connection = _connect(f"{path_of(target).absolute().as_uri()}?mode=ro", is_uri=True)
        try:
            if _is_current(connection, target, stamps):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    for _ in range(2):
        try:
            return _updated(str(path_of(target)), target, stamps, is_checked=is_checked)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith(_BUSY):
                break
            remove(target)
    return _updated(":memory:", target, stamps, is_checked=is_checked)


def _connect(name: str, *, is_uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=TIMEOUT, isolation_level=None, uri=is_uri)


def _is_current(connection: sqlite3.Connection, target: Target, stamps: Mapping[str, str]) -> bool:
    if connection.execute("PRAGMA user_version").fetchone() != (SCHEMA,):
        return False
    system = connection.execute("SELECT system FROM settings").fetchone()
    stored = dict(connection.execute("SELECT repository, stamp FROM listings"))
    return system == (str(target.system),) and stored == stamps


def _updated(
    name: str, target: Target, stamps: Mapping[str, str], *, is_checked: bool
) -> sqlite3.Connection:
    from extery.client.index.refresh import refresh

    connection = _connect(name)
    try:
        # The file may be lost in a power cut, but not by a process that is killed.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        if not _has_tables(connection, target):
            _make_tables(connection, target)
        listings = {item.name: item.listing_in(target) for item in indexed_repositories(target)}
        refresh(connection, listings, stamps, target.system, is_checked=is_checked)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _has_tables(connection: sqlite3.Connection, target: Target) -> bool:
    if connection.execute("PRAGMA user_version").fetchone() != (SCHEMA,):
        return False
    row = connection.execute("SELECT system FROM settings").fetchone()
    return bool(row == (str(target.system),))


def _make_tables(connection: sqlite3.Connection, target: Target) -> None:
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'texts_%'"
        )
    ]
    for name in names:
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    has_search = True
    try:
        connection.execute(_SEARCH)
    except sqlite3.OperationalError:
        has_search = False
    connection.execute("INSERT INTO settings VALUES (?, ?)", (str(target.system), has_search))
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
