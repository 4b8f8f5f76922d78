"""What interrupted commands leave in a target: where it is, and how it is removed. The caller holds the lock of the target."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from extery.client import layout
from extery.client.operations import NEW, OLD
from extery.client.repositories import load_repositories
from extery.client.state_files import temporary_files
from extery.client.targets import Target


def find_temporary_files(target: Target) -> list[Path]:
    """Return the files that killed commands have left unfinished in a target, if none is at work."""
    state = target.state_folder
    folders = [state / name for name in ("", layout.OPERATIONS_FOLDER, layout.LISTINGS_FOLDER)]
    folders += [folder / layout.PRIVATE_FOLDER for folder in repository_folders(target)]
    return [path for folder in folders for path in temporary_files(folder)]


def remove_areas(folder: Path) -> None:
    """Remove what is not needed of a completed operation, whose areas are in ``folder``: all but what is kept."""
    for path in (folder / NEW, *(folder / OLD).glob(f"{layout.DISCARDED}*")):
        remove_tree(path)
    for empty in (folder / OLD, folder, folder.parent):
        with suppress(OSError):
            empty.rmdir()


def remove_left_over(folder: Path, known: Iterable[int]) -> None:
    """Remove what operations have left that were interrupted before they were in the journal, or at their end."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return
    kept = {f"{number:06d}" for number in known}
    for name in names:
        if len(name) == 6 and name.isdigit():
            if name in kept:
                remove_areas(folder / name)
            else:
                remove_tree(folder / name)


def repository_folders(target: Target) -> set[Path]:
    """Return all folders in which operations can have left something, also those of repositories that are gone."""
    folders = {repository.folder_in(target) for repository in load_repositories(target)}
    for parent in (target.folder, target.folder / layout.USER_DATA_FOLDER):
        with suppress(OSError):
            folders |= {item for item in parent.iterdir() if layout.is_repository_name(item.name)}
    return folders


def remove_if_empty(target: Target, folder: Path) -> None:
    """Remove the state folder of a repository if it is empty, and the folder that was made for it."""
    with suppress(OSError):
        (folder / layout.STATE_FOLDER).rmdir()
        if folder.parent in (target.folder, target.folder / layout.USER_DATA_FOLDER):
            folder.rmdir()


def remove_tree(folder: Path) -> None:
    """Remove a folder with its content, as far as that is possible; usually it is empty or was never made."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return
    except OSError:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
