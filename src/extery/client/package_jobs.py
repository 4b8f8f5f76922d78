"""The packages of a plan: each is fetched into the store and unpacked for all of its changes.

Packages that have to be fetched are done in threads. Those that are in the store already are shared with a second process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.client.execute_progress import Counter, Job, Progress
from extery.client.helper_process import Helper, can_help, start_helper
from extery.client.package_state import PackageState
from extery.client.plan import Change
from extery.client.repositories import Repository
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import Transaction
from extery.core.errors import ExteryError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from extery.fetch import Fetcher

#: Concurrent downloads. Small packages take one round trip each, so many are under way.
MAX_CONCURRENT = 32
#: Packages that are unpacked at a time. More threads would wait for each other, as they share one interpreter.
MAX_UNPACKING = 4
_unpacking = threading.BoundedSemaphore(MAX_UNPACKING)

#: Fewer packages of the store are not worth a second process.
MIN_SHARED = 10
#: What the work for any package costs, in bytes to unpack that take as long.
_COST = 600_000

MakeFetcher = Callable[[Repository, Target], "Fetcher"]
Failures = list[tuple[Change, ExteryError]]


class Fetchers:
    """One fetcher for each repository and target, made when it is needed. Thread-safe."""

    def __init__(self, make: MakeFetcher) -> None:
        self._make = make
        self._made: dict[tuple[str, Target], Fetcher] = {}
        self._lock = threading.Lock()

    def of(self, change: Change) -> Fetcher:
        """Return the fetcher for a change; raises an `ExteryError` if the network may not be used."""
        key = (change.repository.name, change.target)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(change.repository, change.target)
            return self._made[key]

    def stop(self) -> None:
        """Stop all transfers."""
        for fetcher in self._made.values():
            fetcher.stop()

    def close(self) -> None:
        """Stop all transfers and close all connections."""
        for fetcher in self._made.values():
            fetcher.__exit__(None, None, None)


def make_jobs(changes: Iterable[Change]) -> tuple[list[Job], Failures]:
    """Return the packages of the changes, the largest first, so that none is left over at the end; and what has none."""
    jobs: dict[str, Job] = {}
    failed: Failures = []
    for change in changes:
        try:
            state = change.after
        except ExteryError as error:  # a URL that is not allowed
            failed.append((change, error))
            continue
        if state is not None:
            jobs.setdefault(state.sha256, Job(state, [])).changes.append(change)
    return sorted(jobs.values(), key=lambda job: job.state.size, reverse=True), failed


class JobRunner:
    """Fetches and unpacks the packages of jobs, as a part of transactions."""

    def __init__(
        self,
        jobs: list[Job],
        transactions: dict[Target, Transaction],
        store: Store,
        fetchers: Fetchers,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._jobs = jobs
        self._transactions = transactions
        self._store = store
        self._fetchers = fetchers
        self._counter = Counter(jobs, on_progress)

    @property
    def saved(self) -> int:
        """Bytes that were not fetched, because the installed version has them."""
        return self._counter.saved

    def run(self) -> Failures:
        """Run all jobs; return what failed."""
        here: list[Job] = []
        remote: list[Job] = []
        for job in self._jobs:
            (here if self._store.has(job.state.sha256, job.state.size) else remote).append(job)
        failed: Failures = []
        with ExitStack() as stack:
            # Before any thread: a process with threads cannot fork.
            own, shared, helper = self._share(here, stack)
            running: list[Future[Failures]] = []
            if remote:
                # Imported here: a warm store needs no threads.
                from concurrent.futures import ThreadPoolExecutor

                pool = ThreadPoolExecutor(max_workers=min(MAX_CONCURRENT, len(remote)))
                stack.enter_context(pool)
                running = [pool.submit(self._run, job) for job in remote]
            try:
                for job in own:
                    failed += self._run_here(job)
                if helper:
                    failed += self._accept(shared, helper)
                for future in running:
                    failed += future.result()
            except BaseException:
                self._fetchers.stop()
                if remote:
                    pool.shutdown(wait=True, cancel_futures=True)
                raise
        return failed

    def _share(
        self, jobs: list[Job], stack: ExitStack
    ) -> tuple[list[Job], list[Job], Helper | None]:
        """Start a helper for a half of the jobs if that is worth it; return both halves."""
        if len(jobs) < MIN_SHARED or not can_help():
            return jobs, [], None
        own: list[Job] = []
        shared: list[Job] = []
        costs = [0, 0]
        for job in jobs:
            share = int(costs[1] < costs[0])
            (shared if share else own).append(job)
            costs[share] += job.state.size + _COST
        helper = start_helper(lambda checkpoint: self._help(shared, checkpoint))
        if helper is None:
            return jobs, [], None
        stack.callback(helper.kill)
        return own, shared, helper

    def _help(self, jobs: list[Job], checkpoint: Callable[[], None]) -> Iterator[Any]:
        """Unpack the packages of jobs in the helper; yield the number of each with its wheels, but not of those that fail."""
        for number, job in enumerate(jobs):
            used = [self._transactions[change.target] for change in job.changes]
            warnings = sum(len(current.warnings) for current in used)
            package = self._store.use(job.state.sha256)
            failed = self._unpack(job, package, job.state, checkpoint)
            # The command finds warnings by itself, as it does errors.
            if not failed and warnings == sum(len(current.warnings) for current in used):
                yield number, [self._transactions[c.target].wheels[c.name] for c in job.changes]

    def _accept(self, jobs: list[Job], helper: Helper) -> Failures:
        """Add what the helper has unpacked, and do here what it has not."""
        wheels = dict(helper.results())
        failed: Failures = []
        for number, job in enumerate(jobs):
            if number not in wheels:
                for change in job.changes:
                    self._transactions[change.target].discard(change.repository, change.id)
                failed += self._run_here(job)
                continue
            for change, names in zip(job.changes, wheels[number], strict=True):
                current, state = self._transactions[change.target], change.after or job.state
                try:
                    current.accept(change.repository, change.id, state, names)
                except ExteryError as error:
                    failed.append((change, error))
            self._counter.add(job, "unpacking", job.state.size)
            self._counter.add(job, "done", packages=1)
        return failed

    def _run(self, job: Job) -> Failures:
        """Fetch the package of a job and unpack it for each of its changes; return those that failed."""
        try:
            package, state = self._fetch(job)
        except ExteryError as error:
            self._counter.add(job, "failed", packages=1)
            return [(change, error) for change in job.changes]
        self._counter.add(job, "unpacking")
        return self._install(job, package, state)

    def _run_here(self, job: Job) -> Failures:
        """Unpack the package of a job, which is in the store."""
        self._counter.add(job, "unpacking", job.state.size)
        return self._install(job, self._store.use(job.state.sha256), job.state)

    def _install(self, job: Job, package: Path, state: PackageState) -> Failures:
        failed = self._unpack(job, package, state)
        self._counter.add(job, "failed" if failed else "done", packages=1)
        return failed

    def _unpack(
        self,
        job: Job,
        package: Path,
        state: PackageState,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> Failures:
        failed: Failures = []
        for change in job.changes:
            # The same package can be listed by several repositories, each with its own URL.
            listed = change.after if change.after not in (None, job.state) else None
            try:
                with _unpacking:
                    self._transactions[change.target].install(
                        change.repository,
                        change.id,
                        listed or state,
                        package,
                        entry=change.candidate.entry if change.candidate else None,
                        checkpoint=checkpoint,
                    )
            except ExteryError as error:
                failed.append((change, error))
        return failed

    def _fetch(self, job: Job) -> tuple[Path, PackageState]:
        """Return the path of the package, fetched into the store, and its state."""
        # Imported here: a package that is in the store needs no network.
        from extery.client.package_fetch import fetch_package

        first = job.changes[0]
        self._counter.add(job, "downloading")
        return fetch_package(
            first,
            job.state,
            self._store,
            lambda: self._fetchers.of(first),
            on_progress=lambda size: self._counter.add(job, "downloading", size, fetched=size),
            on_saved=self._counter.add_saved,
        )
