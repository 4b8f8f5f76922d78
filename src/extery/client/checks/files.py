"""Checks of the state files, of permissions, and of the space on disk."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from extery.client import layout, operations
from extery.client.checks.context import Context, quote, removal
from extery.client.index.database import path_of
from extery.client.repositories import stored_repositories
from extery.client.state_files import read_required
from extery.client.sync_state import STATE_FILE
from extery.client.tokens import FILENAME as TOKENS_FILE
from extery.core.errors import ExteryError, Problem, Where
from extery.core.files import format_size, read_regular

#: Free space in bytes below which an installation may fail: large packages with what they unpack.
MIN_FREE = 500_000_000
_MAX_LISTING = 100_000_000
#: Files of the state -> how their loss is cured, a variant of ``doctor.state``.
_STATE_FILES = {
    layout.TARGET_FILE: "",
    layout.RENAME_FILE: "",
    STATE_FILE: "",
    "blender.json": "",
    layout.RECORDS_FILE: "records",
}


def find_damaged_files(context: Context) -> Iterator[Problem]:
    """Yield files of the state, listings and indexes that cannot be used."""
    target = context.target
    for name, variant in _STATE_FILES.items():
        path = target.state_folder / name
        if not _is_object(path):
            yield _damaged(context, path, variant)
    try:
        stored_repositories(target)
    except ExteryError:
        yield _damaged(context, target.state_folder / layout.REPOSITORIES_FILE, "repositories")
    for number in operations.numbers(target):
        if operations.load(target, number) is None:
            path = operations.operations_folder(target) / f"{number:06d}.json"
            yield _damaged(context, path, "operation")
    for repository in context.repositories:
        path = repository.listing_in(target)
        if repository.is_remote and path.exists() and not _is_listing(path):
            yield _damaged(context, path, "listing")
    if not _is_database(path_of(target)):
        yield _damaged(context, path_of(target), "")


def _damaged(context: Context, path: Path, variant: str) -> Problem:
    return Problem.of(
        "doctor.state",
        variant=variant,
        where=Where(str(path)),
        path=path.name,
        cure=removal(path),
        options=context.options,
    )


def _is_object(path: Path) -> bool:
    try:
        read_required(path)
    except ExteryError:
        return False
    return True


def _is_listing(path: Path) -> bool:
    try:
        value = json.loads(read_regular(path, limit=_MAX_LISTING))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("data"), list)


def _is_database(path: Path) -> bool:
    """Whether the index can be read; one that does not exist or is in use is not damaged."""
    if not path.exists():
        return True
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as connection:
            return connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False


def find_permission_problems(context: Context) -> Iterator[Problem]:
    """Yield folders and files that this user cannot use, and tokens that others can read."""
    for path, mode in _used_paths(context):
        with suppress(OSError):
            status = path.stat()
            if os.access(path, mode, effective_ids=os.access in os.supports_effective_ids):
                continue
            is_own = os.name == "nt" or status.st_uid == os.geteuid()
            letters = "rwx" if path.is_dir() else "rw"
            yield Problem.of(
                "doctor.permissions",
                variant="" if is_own else "owner",
                where=Where(str(path)),
                name=path.name,
                needed="written" if mode & os.W_OK else "read",
                cure=f"chmod u+{letters} {quote(path)}"
                if is_own
                else f"sudo chown -R {_user()} {quote(path)}",
            )
    if context.config_folder is not None and os.name != "nt":
        tokens = context.config_folder / TOKENS_FILE
        with suppress(OSError):
            if tokens.stat().st_mode & 0o077:
                yield Problem.of(
                    "doctor.tokens-readable",
                    where=Where(str(tokens)),
                    cure=f"chmod 600 {quote(tokens)}",
                )


def _used_paths(context: Context) -> Iterator[tuple[Path, int]]:
    """Yield the paths that commands use, with the access that they need. Files are replaced, so they need to be read."""
    folder, change = context.target.state_folder, os.R_OK | os.W_OK | os.X_OK
    yield context.target.folder, change
    yield folder, change
    yield operations.operations_folder(context.target), change
    yield folder / layout.LOCK, os.R_OK | os.W_OK
    for name in (*_STATE_FILES, layout.REPOSITORIES_FILE, layout.INDEX_FILE):
        yield folder / name, os.R_OK
    for repository in context.repositories:
        own = repository.folder_in(context.target)
        yield own, change
        yield own / layout.PRIVATE_FOLDER, change
        yield repository.listing_in(context.target), os.R_OK
    yield context.store.folder, change


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return str(os.geteuid())


def find_low_space(context: Context) -> Iterator[Problem]:
    """Yield the disks of the target and of the store that are almost full."""
    seen = set()
    for path in (context.target.folder, context.store.folder):
        folder = next((item for item in (path, *path.parents) if item.is_dir()), None)
        if folder is None:
            continue
        with suppress(OSError):
            usage, device = shutil.disk_usage(folder), folder.stat().st_dev
            # Some network file systems report a total of 0 bytes: their free space is unknown.
            if device not in seen and usage.total and usage.free < MIN_FREE:
                yield Problem.of(
                    "doctor.disk-space",
                    where=Where(str(folder)),
                    free=format_size(usage.free),
                    minimum=format_size(MIN_FREE),
                    options=context.options,
                )
            seen.add(device)
