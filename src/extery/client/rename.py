"""Give a repository another name, with its folder, the data of its extensions, its records and its history.

What is to be renamed is written down first. Each step does nothing if it was done already, so the next command
completes a rename that was interrupted.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from extery.client import layout, operations
from extery.client.blender_lock import remove_own_lock
from extery.client.records import rename_records
from extery.client.repositories import (
    Repository,
    change_repositories,
    check_new_name,
    find_repository,
    load_repositories,
)
from extery.client.state_files import read_object, write_object
from extery.client.targets import Target
from extery.client.unusable import unusable
from extery.core.errors import Conflict, Where
from extery.core.files import fsync_directory


def rename_repository(target: Target, old: str, new: str) -> Repository:
    """Rename a repository and return it; the caller holds the lock of the target and that of Blender."""
    repository = find_repository(target, old)
    others = [item for item in load_repositories(target) if item.name != old]
    check_new_name(new, others)
    if new == old:
        return repository
    for place, wanted in _folders(target, repository, new):
        if os.path.lexists(wanted) and not _is_same(place, wanted):
            raise Conflict.of("repo.folder-exists", where=Where(str(wanted)), path=str(wanted))
    write_object(
        target.state_folder / layout.RENAME_FILE, {"new": new, "repository": repository.as_dict()}
    )
    complete_rename(target)
    return find_repository(target, new)


def complete_rename(target: Target) -> None:
    """Complete a rename that was interrupted; the caller holds the lock of the target."""
    path = target.state_folder / layout.RENAME_FILE
    row = read_object(path)
    new = row.get("new")
    try:
        repository = Repository.from_dict(row.get("repository", {}))
    except (ValueError, TypeError, AttributeError):
        return
    if not isinstance(new, str) or not layout.is_repository_name(new):
        return
    try:
        _rename_folders(target, repository, new)
    except OSError as error:  # for example a file in use on Windows
        if not _is_begun(target, repository, new):
            path.unlink(missing_ok=True)
        raise unusable(repository.folder_in(target), error) from error
    rename_records(target, repository.name, new)
    operations.rename_repository(target, repository.name, new)
    change_repositories(target, lambda rows: _renamed(rows, repository, new))
    with suppress(OSError):
        path.unlink()


def _folders(target: Target, repository: Repository, new: str) -> list[tuple[Path, Path]]:
    """Return the folders to rename and their new paths: that of the repository, and of the data of its extensions."""
    data = target.folder / layout.USER_DATA_FOLDER
    pairs = [(data / repository.name, data / new)]
    if not repository.custom_folder:
        pairs.insert(0, (target.folder / repository.name, target.folder / new))
    return pairs


def _rename_folders(target: Target, repository: Repository, new: str) -> None:
    for place, wanted in _folders(target, repository, new):
        is_to_do = os.path.lexists(place) and (
            not os.path.lexists(wanted) or (_is_same(place, wanted) and not _has_name(wanted))
        )
        if is_to_do:
            place.rename(wanted)
            fsync_directory(wanted.parent)
    remove_own_lock(target.folder / new, target.state_folder)


def _is_same(one: Path, other: Path) -> bool:
    """Return whether two names are of one folder, as on file systems that ignore the case of letters."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _has_name(path: Path) -> bool:
    return any(item.name == path.name for item in path.parent.iterdir())


def _is_begun(target: Target, repository: Repository, new: str) -> bool:
    place, wanted = _folders(target, repository, new)[0]
    return os.path.lexists(wanted) and not os.path.lexists(place)


def _renamed(rows: list[Repository], repository: Repository, new: str) -> list[Repository]:
    """Return the rows with the repository under its new name, at its place in the order."""
    places = [place for place, row in enumerate(rows) if row.name in (repository.name, new)]
    others = [row for row in rows if row.name not in (repository.name, new)]
    place = places[0] if places else len(others)
    return [*others[:place], repository._replace(name=new), *others[place:]]
