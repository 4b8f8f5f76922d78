"""The index of a dump of OSV on disk: a SQLite file beside the cache, made again when the dump has changed.

A look-up reads the entries of one project, whatever the size of the dump. The file is replaced as a whole, so that readers
have the old index or the new one; several processes may ask for it at the same time.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from extery.author.wheels.osv_dump import DumpFiles, open_dump
from extery.author.wheels.osv_entries import Advisory, read_entries
from extery.author.wheels.vulnerabilities import Vulnerability, find_vulnerabilities
from extery.core.errors import InvalidInput, Unavailable, Where
from extery.core.file_lock import FileLock, LockTimeout
from extery.core.files import fsync_directory, remove_leftovers
from extery.core.text import clean_message, os_error_text

#: Incremented when the content of the index changes.
_FORMAT = 2
#: Seconds to wait for another process that makes the same index; the whole of PyPI takes some.
_LOCK_SECONDS = 300.0
_SCHEMA = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE advisories (project TEXT NOT NULL, data TEXT NOT NULL);
    CREATE TABLE files (sha256 TEXT NOT NULL, project TEXT NOT NULL, data TEXT NOT NULL);
"""


class DumpVersion(NamedTuple):
    """Which dump was read: the SHA-256 of its content, its newest change (ISO 8601), and the number of advisories."""

    sha256: str
    modified: str
    advisories: int

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


class VulnerabilityDatabase:
    """The vulnerabilities of a dump; `open_database` returns one. Not for several threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection, version: DumpVersion) -> None:
        self._path = path
        self._connection = connection
        self._found: dict[tuple[str, str], list[Vulnerability]] = {}
        self.version = version

    def find(self, project: str, version: str) -> list[Vulnerability]:
        """Return the known vulnerabilities of a version of a project (normalized name).

        An answer is kept: a library has a wheel for each Python and platform. Raises `Unavailable` if the index is damaged.
        """
        if (project, version) not in self._found:
            found = find_vulnerabilities(self._advisories(project), project, version)
            self._found[project, version] = found
        return self._found[project, version]

    def find_file(self, sha256: str, version: str) -> list[Vulnerability]:
        """Return what is known about a file by its hash, whatever its name is: that it is malware.

        ``version`` is that of the wheel, for the answer. Raises `Unavailable` if the index is damaged.
        """
        found = self._select("SELECT project, data FROM files WHERE sha256 = ?", sha256)
        return [
            Vulnerability(project, version, one.id, one.aliases, one.summary, one.level)
            for project, one in found
        ]

    def _advisories(self, project: str) -> list[Advisory]:
        query = "SELECT project, data FROM advisories WHERE project = ?"
        return [one for _, one in self._select(query, project)]

    def _select(self, query: str, value: str) -> list[tuple[str, Advisory]]:
        """Return the projects and advisories of a query."""
        try:
            rows = self._connection.execute(query, (value,)).fetchall()
            return [(project, Advisory.from_json(data)) for project, data in rows]
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise Unavailable.of(
                "library.osv-index",
                where=Where(str(self._path)),
                variant="damaged",
                path=str(self._path),
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


@contextmanager
def open_database(dump: Path, folder: Path) -> Iterator[VulnerabilityDatabase]:
    """Open the index of a dump in ``folder``, which is created; it is made first if there is none of this dump.

    Raises `InvalidInput` if the dump cannot be read as a whole, and `Unavailable` if the index cannot be written. An index
    that is there stays as it is then.
    """
    path = folder / f"osv-{hashlib.sha256(os.fsencode(dump.absolute())).hexdigest()[:16]}.sqlite"
    with open_dump(dump) as files:
        database = _open(path, files.identity)
        if database is None:
            try:
                database = _made(path, files)
            except (OSError, sqlite3.Error) as error:
                text = os_error_text(error) if isinstance(error, OSError) else str(error)
                raise Unavailable.of(
                    "library.osv-index",
                    where=Where(str(path)),
                    path=str(path),
                    reason=clean_message(text),
                ) from error
    with database:
        yield database


def _open(path: Path, identity: str) -> VulnerabilityDatabase | None:
    """Open the index if it is that of the dump; ``None`` if it is not, or is damaged."""
    if not path.is_file():
        return None
    # The file is never changed in place.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = None
    with suppress(sqlite3.Error, KeyError, ValueError):
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        if meta["identity"] == f"{_FORMAT} {identity}":
            version = DumpVersion(meta["sha256"], meta["modified"], int(meta["advisories"]))
            return VulnerabilityDatabase(path, connection, version)
    if connection is not None:
        connection.close()
    return None


def _made(path: Path, files: DumpFiles) -> VulnerabilityDatabase:
    """Make the index, unless another process does; return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_suffix(".lock"))
    # Without a lock the work is done twice, with the same result.
    with suppress(LockTimeout, OSError):
        lock.acquire(timeout=_LOCK_SECONDS)
    try:
        if (database := _open(path, files.identity)) is not None:
            return database
        _make(path, files)
    finally:
        lock.release()
    database = _open(path, files.identity)
    if database is None:  # another process has replaced it by that of a newer dump
        raise OSError(None, "another process has changed it")
    return database


def _make(path: Path, files: DumpFiles) -> None:
    remove_leftovers(path.parent, lambda name: name == path.name)
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    try:
        with closing(sqlite3.connect(new)) as connection:
            connection.executescript(
                f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}"
            )
            _fill(connection, files)
            connection.commit()
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(new)
    with suppress(OSError):
        fsync_directory(path.parent)


def _fill(connection: sqlite3.Connection, files: DumpFiles) -> None:
    digest, newest, number = hashlib.sha256(), "", 0
    for name, data in files.entries():
        digest.update(hashlib.sha256(data).digest())
        rows, hashes = [], []
        try:
            for project, advisory, modified in read_entries(data):
                rows.append((project, advisory.to_json()))
                hashes += [(one, *rows[-1]) for one in advisory.hashes]
                newest = max(newest, modified)
        except ValueError as error:
            raise InvalidInput.of(
                "library.osv", where=Where(files.name), variant="entry", file=files.name, entry=name
            ) from error
        connection.executemany("INSERT INTO advisories VALUES (?, ?)", rows)
        connection.executemany("INSERT INTO files VALUES (?, ?, ?)", hashes)
        number += len(rows)
    if not number:
        raise InvalidInput.of(
            "library.osv", where=Where(files.name), variant="empty", file=files.name
        )
    connection.execute("CREATE INDEX by_project ON advisories (project)")
    connection.execute("CREATE INDEX by_hash ON files (sha256)")
    meta = {
        "identity": f"{_FORMAT} {files.identity}",
        "sha256": digest.hexdigest(),
        "modified": newest,
        "advisories": str(number),
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
