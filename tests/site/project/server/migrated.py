"""A migrated SQLite database for sites that tests start: migrating takes seconds, copying does not."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import extery_site
from extery_site.project.database_address import SQLITE_FILE

_SOURCES = Path(extery_site.__file__).parent


def add_migrated_database(data: Path) -> None:
    """Copy the migrated database into a data folder that has none."""
    if (data / SQLITE_FILE).exists():
        return
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_migrated_database(), data / SQLITE_FILE)
    (data / SQLITE_FILE).chmod(0o600)


@cache
def _migrated_database() -> Path:
    """Return the file that all processes of the tests share; it is made if the migrations have changed."""
    digest = hashlib.sha256()
    for path in sorted(_SOURCES.glob("**/migrations/*.py")):
        digest.update(path.read_bytes())
    user = os.getuid() if hasattr(os, "getuid") else os.environ["USERNAME"]
    shared = Path(
        tempfile.gettempdir(), f"extery-migrated-{user}-{digest.hexdigest()[:16]}.sqlite3"
    )
    if not shared.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "extery", "manage", "migrate", "-v", "0"]
            environment = {**os.environ, "EXTERY_DATA": folder}
            subprocess.run(command, env=environment, check=True, timeout=300)
            # Renamed on the same file system, as another process may make it at the same time.
            made = shared.with_suffix(f".{os.getpid()}")
            shutil.copy(Path(folder, SQLITE_FILE), made)
            made.replace(shared)
    return shared
