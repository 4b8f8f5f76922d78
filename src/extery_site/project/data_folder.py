"""The data folder: created on the first start, with the secret key and room for uploads."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from extery.core.errors import Problem, Unavailable
from extery.core.text import os_error_text

_SECRET_KEY = "secret-key"  # noqa: S105  the name of a file
#: Seconds after which a temporary file is a leftover of a killed server.
_MAX_TEMPORARY_AGE = 86_400


def make_private_files() -> None:
    """Let this process and its children create files and folders that only their user can open."""
    os.umask(0o077)


def find_open_folder(data: Path) -> Problem | None:
    """Return a warning if other users can open the data folder; ``None`` if not, or on Windows."""
    if os.name == "nt":
        return None
    with suppress(OSError):
        mode = data.stat().st_mode & 0o777
        if mode & 0o077:
            return Problem.of("setting.data-folder-open", folder=str(data), mode=f"{mode:04o}")
    return None


@contextmanager
def translated_errors(data: Path) -> Iterator[None]:
    """Raise `Unavailable` for errors of the operating system."""
    try:
        yield
    except OSError as error:
        raise Unavailable.of(
            "setting.data-folder", folder=str(data), os_error=os_error_text(error)
        ) from error


def create(data: Path) -> None:
    """Create the data folder (mode 0700) and, on first start, the secret key in it.

    Raises `Unavailable` if the folder cannot be created or written.
    """
    with translated_errors(data):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("media", "static"):
            (data / name).mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(data / _SECRET_KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))


def secret_key(data: Path, configured: str = "") -> str:
    """Return the configured key, or that of the data folder, or a temporary one.

    The last is for commands that run before a data folder exists, such as ``check``.
    """
    if configured:
        return configured
    with translated_errors(data), suppress(FileNotFoundError):
        if key := (data / _SECRET_KEY).read_text(encoding="ascii"):
            return key
    return secrets.token_urlsafe(50)


def use_for_temporary_files(data: Path) -> None:
    """Put temporary files, such as unfinished uploads, into the data folder, unless TMPDIR is set.

    The system's folder for temporary files is often in memory.
    """
    if "TMPDIR" in os.environ:
        return
    folder = data / "tmp"
    with translated_errors(data):
        folder.mkdir(exist_ok=True)
        delete_old_temporary_files(data)
    tempfile.tempdir = str(folder)


def delete_old_temporary_files(data: Path) -> int:
    """Delete what killed servers left in the data folder a day ago or longer; return the number."""
    latest = time.time() - _MAX_TEMPORARY_AGE
    number = 0
    with suppress(FileNotFoundError):  # there is no folder, or the server deletes its own file
        for path in list((data / "tmp").iterdir()):
            if path.lstat().st_mtime < latest:
                number += 1
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
    return number
