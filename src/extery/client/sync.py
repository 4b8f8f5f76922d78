"""Sync: fetch the listings of all repositories at once, and store what has changed where Blender reads it.

Repositories are independent: one that fails keeps its listing. The locks are held only while files are replaced.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from extery.client.blender_lock import blender_locks
from extery.client.disk_changes import DiskChange, find_blocked, find_disk_changes
from extery.client.index.database import indexed_repositories, refresh_index, stamp_of
from extery.client.listing_problems import left_out_problems
from extery.client.records import Installed, find_installed
from extery.client.replaced import find_replaced
from extery.client.repositories import Repository
from extery.client.sync_fetch import Job, Received, fetch_repository
from extery.client.sync_state import ListingState, SyncState, whole_path
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, target_lock
from extery.client.unusable import unusable
from extery.client.update_check import note_sync
from extery.core.errors import ExteryError, Problem, ProblemList
from extery.core.files import atomic_write
from extery.fetch import Fetcher, run_all


class FetcherFactory(Protocol):
    """Returns a fetcher for the repository at a URL, with its token; raises `Refused` if it may not be requested."""

    def __call__(self, url: str, target: Target, /) -> Fetcher: ...


OnDone = Callable[[int, int, str, str], None]


@dataclass
class SyncedRepository:
    """What a sync has done with a repository.

    ``status`` is ``updated``, ``unchanged`` or ``failed``; a failed one keeps its listing, if it has one. ``entries`` is
    the number of entries of an updated one.
    """

    repository: Repository
    status: str = "unchanged"
    entries: int = 0
    problems: ProblemList = field(default_factory=ProblemList)
    has_listing: bool = False


@dataclass
class SyncedTarget:
    """What a sync has done for a target. ``problems`` are those of no repository."""

    target: Target
    repositories: list[SyncedRepository] = field(default_factory=list)
    changes: list[DiskChange] = field(default_factory=list)
    problems: ProblemList = field(default_factory=ProblemList)
    installed: list[Installed] = field(default_factory=list)

    @property
    def all_problems(self) -> list[Problem]:
        return [*(p for item in self.repositories for p in item.problems), *self.problems]

    @property
    def ok(self) -> bool:
        is_failed = any(item.status == "failed" for item in self.repositories)
        return not is_failed and not self.problems.errors


class _Fetchers:
    """The fetchers of a sync: one for each repository, closed at the end."""

    def __init__(self, factory: FetcherFactory) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._opened: list[Fetcher] = []

    def open(self, job: Job) -> Fetcher:
        fetcher = self._factory(job.repository.url, job.target)
        with self._lock:
            self._opened.append(fetcher)
        return fetcher

    def stop(self) -> None:
        with self._lock:
            opened = list(self._opened)
        for fetcher in opened:
            fetcher.stop()


def sync(
    targets: Sequence[Target],
    *,
    fetcher_for: FetcherFactory,
    on_done: OnDone = lambda _done, _total, _name, _state: None,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> list[SyncedTarget]:
    """Sync all enabled remote repositories of the targets, and return the result for each target.

    ``on_done`` receives the numbers of finished and of all repositories, the name of one, and ``done`` or ``failed``. Nothing is raised for one repository or target:
    its problems are part of its result.
    """
    states: dict[Target, SyncState] = {}
    results = [SyncedTarget(target) for target in targets]
    jobs: list[Job] = []
    for result in results:
        try:
            repositories = indexed_repositories(result.target)
        except ExteryError as error:
            result.problems.extend(error.problems)
            continue
        states[result.target] = SyncState(result.target)
        result.repositories = [SyncedRepository(repository) for repository in repositories]
        jobs += [Job(result.target, repository) for repository in repositories]
    received, failed = _fetch_all(jobs, states, fetcher_for, on_done)
    for result in results:
        if result.target not in states:
            continue
        for item in result.repositories:
            job = Job(result.target, item.repository)
            _describe(item, job, received.get(job), failed.get(job))
        try:
            _store(result, states[result.target], received, timeout=timeout, on_wait=on_wait)
        except ExteryError as error:
            result.problems.extend(error.problems)
    return results


def _fetch_all(
    jobs: Sequence[Job],
    states: dict[Target, SyncState],
    fetcher_for: FetcherFactory,
    on_done: OnDone,
) -> tuple[dict[Job, Received], dict[Job, ExteryError]]:
    received: dict[Job, Received] = {}
    fetchers = _Fetchers(fetcher_for)
    lock, done = threading.Lock(), 0

    def run(job: Job) -> None:
        nonlocal done
        state = states[job.target].listings.get(job.repository.name, ListingState())
        result = "failed"
        try:
            with fetchers.open(job) as fetcher:
                if found := fetch_repository(job, state, fetcher):
                    received[job] = found
            result = "done"
        finally:
            with lock:
                done += 1
                on_done(done, len(jobs), job.repository.name, result)

    failed = run_all(jobs, run, fetcher=fetchers) if jobs else []
    return received, dict(failed)


def _describe(
    item: SyncedRepository, job: Job, received: Received | None, error: ExteryError | None
) -> None:
    item.has_listing = bool(stamp_of(item.repository.listing_in(job.target)))
    if error is not None:
        item.status = "failed"
        name = item.repository.name
        item.problems.extend(
            problem if problem.where.file == name else problem.with_values(entry=name)
            for problem in error.problems
        )
    elif received is not None and received.accepted is not None:
        item.status, item.has_listing = "updated", True
        item.entries = len(received.accepted.entries)
        item.problems.extend(
            left_out_problems(job.target, item.repository, received.accepted.left_out)
        )


def _store(
    result: SyncedTarget,
    state: SyncState,
    received: dict[Job, Received],
    *,
    timeout: float,
    on_wait: Callable[[str], None],
) -> None:
    """Write the listings that have changed, then the state and the index; find out what has changed on disk."""
    target = result.target
    changed = {
        item.repository: received[Job(target, item.repository)]
        for item in result.repositories
        if Job(target, item.repository) in received
    }
    installed = result.installed = list(find_installed(target))
    known = {item.repository.name: item.repository for item in result.repositories}
    state.drop_others(known)
    result.changes = find_disk_changes(target, installed, state)
    if changed or state.is_changed:
        with ExitStack() as locks:
            locks.enter_context(target_lock(target, "sync", timeout=timeout, on_wait=on_wait))
            # Other commands may have stored a state, or changed the repositories meanwhile.
            now = {item.name: item for item in indexed_repositories(target)}
            changed = {item: new for item, new in changed.items() if now.get(item.name) == item}
            folders = [repository.folder_in(target) for repository in changed]
            locks.enter_context(
                blender_locks(folders, target.state_folder, timeout=timeout, on_wait=on_wait)
            )
            current = SyncState(target)
            current.drop_others(now)
            current.on_disk = state.on_disk
            for repository, new in changed.items():
                kept = current.listings.get(repository.name, ListingState())
                current.listings[repository.name] = _write(target, repository, new, kept)
            current.save()
            refresh_index(target, is_checked=True)
    if all(item.status != "failed" for item in result.repositories):
        note_sync(target)
    result.problems.extend([*find_blocked(target, installed), *find_replaced(target, installed)])


def _write(
    target: Target, repository: Repository, received: Received, kept: ListingState
) -> ListingState:
    """Replace the stored listing, so that Blender sees the old or the new one; return its state."""
    place, whole = repository.listing_in(target), whole_path(target, repository.name)
    if received.accepted is None:
        stamp = stamp_of(place)
        is_partial = kept.is_partial and kept.stamp == stamp
        return received.state._replace(stamp=stamp, is_partial=is_partial)
    if received.state.is_partial:
        _write_file(whole, received.body)
    _write_file(place, received.accepted.data)
    if not received.state.is_partial:
        whole.unlink(missing_ok=True)
    return received.state._replace(stamp=stamp_of(place))


def _write_file(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write(data)
    except OSError as error:
        raise unusable(path, error) from error
