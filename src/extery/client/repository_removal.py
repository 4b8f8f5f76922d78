"""Remove repositories of a target.

What is installed from a repository stays when it is removed, as with apt, in a local repository of the same name; with
``purge`` it is removed too, which can be undone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from extery.client import layout
from extery.client.blender_lock import blender_locks
from extery.client.records import find_installed
from extery.client.repositories import (
    Repository,
    change_repositories,
    find_repository,
)
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.client.transaction import DEFAULT_TIMEOUT, transaction
from extery.core.errors import Refused


class Removed(NamedTuple):
    """A repository that was removed, with the ids of its extensions: those that stay, and those that were removed too.

    ``operation`` is the number of the operation that removed them, or 0; ``failed`` are ids with the reason.
    """

    repository: Repository
    kept: list[str]
    purged: list[str]
    operation: int
    failed: dict[str, str]
    had_token: bool


def remove_repository(
    target: Target,
    name: str,
    tokens: Tokens,
    *,
    purge: bool = False,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Removed:
    """Remove a repository, and with ``purge`` the extensions installed from it. A local one is only forgotten."""
    with transaction(target, "repo remove", on_wait=on_wait) as change:
        repository = find_repository(target, name)
        if not repository.is_remote and (purge or not repository.custom_folder):
            raise Refused.of(
                "repo.local",
                variant="purge" if purge else "",
                name=name,
                path=str(repository.folder_in(target)),
            )
        installed = [item.id for item in find_installed(target) if item.repository.name == name]
        operation, failed = None, {}
        if purge:
            for identifier in installed:
                change.remove(repository, identifier)
            operation = change.commit()
            failed = {s.id: s.error for s in (operation.steps if operation else ()) if s.error}
        kept = [item for item in installed if not purge or item in failed]
        had_token = False
        if not failed:
            # First: a token that nothing uses must not stay, for example if the disk is full.
            had_token = repository.is_remote and tokens.remove(repository.url, target.folder)
            _forget(target, repository, has_extensions=bool(kept), on_wait=on_wait)
    purged = [item for item in installed if item not in kept]
    number = operation.number if operation else 0
    return Removed(repository, kept, purged, number, failed, had_token)


def _forget(
    target: Target, repository: Repository, *, has_extensions: bool, on_wait: Callable[[str], None]
) -> None:
    """Remove a repository from the list, and its listing if nothing is installed from it."""
    folder = repository.folder_in(target)
    if repository.is_remote and not has_extensions and folder.is_dir():
        remove_listing(folder, target, on_wait)
        for empty in (folder / layout.PRIVATE_FOLDER, folder):
            with suppress(OSError):
                empty.rmdir()
    # Extensions that stay are in a local repository: the folder of that name, or a row for a known one.
    has_default_url = has_extensions and repository.name == layout.FACTORY_REPOSITORIES[0]
    local = [Repository(repository.name)] if has_default_url else []
    change_repositories(
        target, lambda rows: [*(row for row in rows if row.name != repository.name), *local]
    )


def remove_listing(folder: Path, target: Target, on_wait: Callable[[str], None]) -> None:
    """Remove the stored listing of a repository, which is that of another URL or not needed any more."""
    with blender_locks([folder], target.state_folder, timeout=DEFAULT_TIMEOUT, on_wait=on_wait):
        for path in (layout.LISTING, layout.PACKAGE_CACHE):
            _remove(folder / layout.PRIVATE_FOLDER / path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
