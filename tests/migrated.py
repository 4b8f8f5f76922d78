"""Migrated databases for sites that tests start: migrating takes seconds, copying does not.

They are made by a real ``extery manage migrate`` once for all processes of the tests, and again when
the migrations have changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import extery_site
from extery.core.file_lock import FileLock
from extery_site.project.database_address import SQLITE_FILE
from tests.services.postgresql import create_database, has_database, with_database

#: Seconds for the migrations, run by another process.
LIMIT = 300.0

_SOURCES = Path(extery_site.__file__).parent


def add_migrated_database(data: Path) -> None:
    """Copy the migrated SQLite database into a data folder that has none."""
    file = data / SQLITE_FILE
    if file.exists():
        return
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy_migrated_database(file)


def copy_migrated_database(file: Path) -> None:
    """Copy the migrated SQLite database to ``file``."""
    shared = _shared(".sqlite3")
    with _locked(shared):
        if not shared.exists():
            with tempfile.TemporaryDirectory() as folder:
                _migrate(EXTERY_DATA=folder, EXTERY_DATABASE="")
                # Renamed on the same file system: half a copy never has its name.
                unfinished = shared.with_suffix(".unfinished")
                shutil.copy(Path(folder, SQLITE_FILE), unfinished)
                unfinished.replace(shared)
    shutil.copy(shared, file)
    file.chmod(0o600)


def migrated_template(address: str) -> str:
    """Return the name of a migrated database on a PostgreSQL server, of which new ones are copies."""
    name, unfinished = f"migrated_{_digest()}", f"migrating_{_digest()}"
    server = hashlib.sha256(address.encode()).hexdigest()[:16]
    with _locked(_shared(f"-{server}")):
        if not has_database(address, name):
            create_database(address, unfinished)
            with tempfile.TemporaryDirectory() as folder:
                _migrate(EXTERY_DATA=folder, EXTERY_DATABASE=with_database(address, unfinished))
            create_database(address, name, f"TEMPLATE {unfinished}")
    return name


def site_environment(data: Path) -> dict[str, str]:
    """Return variables for a site with this data folder and a migrated database.

    On PostgreSQL, one database per folder.
    """
    address = os.environ.get("EXTERY_DATABASE", "")
    if not address.startswith("postgres"):
        add_migrated_database(data)
        return {}
    name = "site_" + hashlib.sha256(str(data).encode()).hexdigest()[:16]
    create_database(address, name, f"TEMPLATE {migrated_template(address)}")
    return {"EXTERY_DATABASE": with_database(address, name)}


def _migrate(**variables: str) -> None:
    command = [sys.executable, "-m", "extery", "manage", "migrate", "-v", "0"]
    subprocess.run(command, env={**os.environ, **variables}, check=True, timeout=LIMIT)


def _shared(suffix: str) -> Path:
    user = os.getuid() if hasattr(os, "getuid") else os.environ["USERNAME"]
    return Path(tempfile.gettempdir(), f"extery-migrated-{user}-{_digest()}{suffix}")


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Let one process at a time make a file."""
    lock = FileLock(file.with_suffix(".lock"))
    lock.acquire(timeout=LIMIT)
    try:
        yield
    finally:
        lock.release()


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_SOURCES.glob("**/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
