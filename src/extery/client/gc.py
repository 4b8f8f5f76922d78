"""Remove what operations have kept, and packages that were not used for long. Files of the user are set aside."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from extery.client import layout, operations
from extery.client.operations import Operation, Step
from extery.client.repositories import load_repositories
from extery.client.store import MAX_PART_AGE, PART_SUFFIXES, Store
from extery.client.targets import Target
from extery.client.transaction import target_lock
from extery.client.unusable import unusable
from extery.client.user_files import compare, files_below
from extery.core.errors import ExteryError, ProblemList
from extery.package import open_package

SET_ASIDE = "set-aside"
_DAY = 86_400.0
#: Nothing of this client is older than 2024-01-01, except by a wrong clock.
_FIRST_TIME = 1_704_067_200.0


@dataclass(frozen=True)
class Policy:
    """What is kept: what the last ``operations`` have replaced, and what was replaced in the last ``days``.

    Packages in the store that were not used for ``package_days`` are removed.
    """

    operations: int = 20
    days: float = 30
    package_days: float = 90


@dataclass
class Collected:
    """The result: ``freed`` in bytes, and the folders with files of the user that were set aside."""

    folders: int = 0
    packages: int = 0
    freed: int = 0
    set_aside: list[Path] = field(default_factory=list)
    problems: ProblemList = field(default_factory=ProblemList)


def collect(
    target: Target, store: Store, policy: Policy = Policy(), *, is_dry: bool = False
) -> Collected:
    """Remove the folders that operations have kept longer than ``policy`` states."""
    result = Collected()
    with target_lock(target, "extery gc"):
        for operation in _old(operations.load_all(target), policy):
            for step in operation.steps:
                folder = operation.old_folder(target, step)
                if not folder.exists() and not folder.is_symlink():
                    continue
                size = _size(folder)
                try:
                    if not is_dry:
                        _remove_kept(target, operation, step, store, result)
                except ExteryError as error:
                    result.problems.extend(error.problems)
                    continue
                result.folders += 1
                result.freed += size
    return result


def _old(journal: Sequence[Operation], policy: Policy) -> Iterator[Operation]:
    times = _times(journal, time.time())
    limit = time.time() - policy.days * _DAY
    for place, operation in enumerate(journal):
        if place >= policy.operations and times[operation.number] <= limit:
            yield operation


def _times(journal: Sequence[Operation], now: float) -> dict[int, float]:
    """Return when each operation of a journal, newest first, was made, by its number, whatever the clock was then.

    Its order is certain, so an operation is not older than one before it. A time that cannot be is replaced by
    that of the next one: then what was replaced is kept for longer.
    """
    times, later = {}, now
    for operation in journal:
        later = operation.started_at if _is_plausible(operation.started_at, now) else later
        times[operation.number] = later
    earlier = 0.0
    for operation in reversed(journal):
        earlier = times[operation.number] = max(earlier, times[operation.number])
    return times


def _is_plausible(seconds: float, now: float) -> bool:
    return _FIRST_TIME <= seconds <= now + _DAY


def _remove_kept(
    target: Target, operation: Operation, step: Step, store: Store, result: Collected
) -> None:
    folder = operation.old_folder(target, step)
    if not folder.is_symlink():
        aside = step.repository_folder(target) / layout.STATE_FOLDER / SET_ASIDE
        own = aside / f"{operation.number:06d}" / step.id
        if _set_aside(folder, step, store, own):
            result.set_aside.append(own)
    _discard(folder)
    for parent in folder.parents[:3]:
        with suppress(OSError):
            parent.rmdir()


def _discard(folder: Path) -> None:
    """Remove a folder or link. The next command removes what is left of it if this one is killed."""
    discarded = folder.with_name(f"{layout.DISCARDED}{folder.name}")
    try:
        folder.rename(discarded)
        if discarded.is_symlink():
            discarded.unlink()
        else:
            shutil.rmtree(discarded)
    except OSError as error:
        raise unusable(folder, error) from error


def _set_aside(folder: Path, step: Step, store: Store, to: Path) -> bool:
    """Move the user's files to ``to``, all files without the package to compare them with; return whether there are any."""
    if step.is_user_data:
        names = [*files_below(folder)]
    else:
        sha256 = step.before.sha256 if step.before else ""
        try:
            with open_package(store.path(sha256)) as package:
                names = [*compare(folder, package).of_user]
        except (ExteryError, OSError):
            # The package is not known, so any file may be the user's.
            names = [*files_below(folder)]
    for name in names:
        try:
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).rename(to / name)
        except OSError as error:
            raise unusable(to / name, error) from error
    return bool(names)


def collect_packages(
    store: Store, policy: Policy = Policy(), *, used: Iterable[str] = (), is_dry: bool = False
) -> Collected:
    """Remove packages from the store that were not used for long, but those with a hash in ``used``."""
    now, result, kept = time.time(), Collected(), set(used)
    limit = now - policy.package_days * _DAY
    for path in store.folder.rglob("*.*"):
        with suppress(OSError):
            status = path.stat()
            is_part = path.suffix in PART_SUFFIXES
            if not _is_plausible(status.st_mtime, now) and not is_dry:
                os.utime(path, (now, now))
            elif (is_part and status.st_mtime < now - MAX_PART_AGE) or (
                status.st_mtime <= limit and path.stem not in kept
            ):
                if not is_dry:
                    path.unlink()
                result.packages += path.suffix == ".zip"
                result.freed += status.st_size
    return result


def used_packages(target: Target) -> set[str]:
    """Return the hashes of packages that are installed or that a kept folder is compared with."""
    from extery.client.records import find_installed

    used = {item.state.sha256 for item in find_installed(target)}
    for operation in operations.load_all(target):
        for step in operation.steps:
            if step.before and operation.old_folder(target, step).exists():
                used.add(step.before.sha256)
    return used - {""}


def _size(folder: Path) -> int:
    total = 0
    for name in files_below(folder):
        with suppress(OSError):
            total += (folder / name).lstat().st_size
    return total


def set_aside_folders(target: Target) -> list[Path]:
    """Return the folders of files that were set aside, of all repositories."""
    folders = []
    for repository in load_repositories(target):
        root = repository.folder_in(target) / layout.STATE_FOLDER / SET_ASIDE
        folders += sorted(root.glob("*/*"))
    return folders
