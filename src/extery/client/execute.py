"""Carry out a plan: fetch packages into the store, unpack each as soon as it is there, and switch all at the end.

A package that fails is left out and reported; the others are installed. All targets of a plan are changed by one call,
and each package is fetched once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from extery.client.execute_progress import Counter, Job, Progress
from extery.client.operations import Operation
from extery.client.package_fetch import fetch_package
from extery.client.plan import Change, Plan
from extery.client.records import Installed, find_installed
from extery.client.repositories import Repository
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, Transaction, transaction
from extery.client.wheel_conflicts import find_conflicts
from extery.core.errors import Conflict, ExteryError, ProblemList
from extery.fetch import Fetcher

#: Concurrent downloads. Small packages take one round trip each, so many are under way.
MAX_CONCURRENT = 32
#: Packages that are unpacked at a time. More threads would wait for each other, as they share one interpreter.
MAX_UNPACKING = 4
_unpacking = threading.BoundedSemaphore(MAX_UNPACKING)

MakeFetcher = Callable[[Repository, Target], Fetcher]


@dataclass
class Result:
    """What was done: the operation of each target, and for each change that failed its error."""

    operations: list[tuple[Target, Operation]] = field(default_factory=list)
    failed: list[tuple[Change, ExteryError]] = field(default_factory=list)
    #: Bytes that were not fetched, because the installed version has them.
    saved: int = 0
    problems: ProblemList = field(default_factory=ProblemList)

    @property
    def done(self) -> list[tuple[Target, str]]:
        """The extensions that were changed: their target, and ``repository.id``."""
        return [
            (target, f"{step.repository}.{step.id}")
            for target, operation in self.operations
            for step in operation.steps
            if not step.error
        ]


def execute(
    plan: Plan,
    command: str,
    *,
    store: Store,
    make_fetcher: MakeFetcher,
    on_progress: Callable[[Progress], None] = lambda _: None,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Result:
    """Carry out ``plan`` as one operation in each target; ``command`` is its name in the journal.

    Raises an `ExteryError` if a target cannot be locked or written; errors of packages are in the result.
    """
    result = Result()
    targets = sorted({change.target for change in plan.changes}, key=lambda t: t.folder)
    with ExitStack() as locks:
        # In the same order in every process, so that two of them cannot wait for each other.
        transactions = {
            target: locks.enter_context(
                transaction(target, command, timeout=timeout, on_wait=on_wait)
            )
            for target in targets
        }
        changes = _still_valid(plan.changes, result)
        with closing(Fetchers(make_fetcher)) as fetchers:
            _fetch_and_unpack(changes, transactions, store, fetchers, result, on_progress)
        for target, current in transactions.items():
            _commit(target, current, [c for c in changes if c.target == target], result)
    return result


def _still_valid(changes: Iterable[Change], result: Result) -> list[Change]:
    """Return the changes whose extension is still as planned: another process may have changed it."""
    valid, now = [], {}
    for change in changes:
        if change.target not in now:
            now[change.target] = {item.name: item for item in find_installed(change.target)}
        found = now[change.target].get(change.name)
        if _version(found) == _version(change.before):
            valid.append(change)
        else:
            error = Conflict.of(
                "install.changed", name=change.name, version=_version(found) or "not installed"
            )
            result.failed.append((change, error))
    return valid


def _version(item: Installed | None) -> str:
    return item.state.version if item else ""


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


def _jobs(changes: Iterable[Change], result: Result) -> list[Job]:
    """Return the packages to fetch, the largest first, so that none is left over at the end."""
    jobs: dict[str, Job] = {}
    for change in changes:
        try:
            state = change.after
        except ExteryError as error:  # a URL that is not allowed
            result.failed.append((change, error))
            continue
        if state is not None:
            jobs.setdefault(state.sha256, Job(state, [])).changes.append(change)
    return sorted(jobs.values(), key=lambda job: job.state.size, reverse=True)


def _fetch_and_unpack(
    changes: Iterable[Change],
    transactions: dict[Target, Transaction],
    store: Store,
    fetchers: Fetchers,
    result: Result,
    on_progress: Callable[[Progress], None],
) -> None:
    for change in changes:
        if change.candidate is None:
            transactions[change.target].remove(
                change.repository, change.id, with_user_data=change.with_user_data
            )
    jobs = _jobs(changes, result)
    counter = Counter(jobs, on_progress)

    def run(job: Job) -> list[tuple[Change, ExteryError]]:
        return _install(job, transactions, store, fetchers, counter)

    try:
        _run_jobs(jobs, run, fetchers, result)
    finally:
        result.saved = counter.saved


def _run_jobs(
    jobs: list[Job],
    run: Callable[[Job], list[tuple[Change, ExteryError]]],
    fetchers: Fetchers,
    result: Result,
) -> None:
    with ThreadPoolExecutor(max_workers=max(1, min(MAX_CONCURRENT, len(jobs)))) as pool:
        running: list[Future[list[tuple[Change, ExteryError]]]] = [
            pool.submit(run, job) for job in jobs
        ]
        try:
            for future in as_completed(running):
                result.failed += future.result()
        except BaseException:
            fetchers.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _install(
    job: Job,
    transactions: dict[Target, Transaction],
    store: Store,
    fetchers: Fetchers,
    counter: Counter,
) -> list[tuple[Change, ExteryError]]:
    """Fetch the package of a job and unpack it for each of its changes; return those that failed."""
    first = job.changes[0]
    has_package = store.has(job.state.sha256, job.state.size)
    if not has_package:
        counter.add(job, "downloading")
    try:
        package, state = fetch_package(
            first,
            job.state,
            store,
            lambda: fetchers.of(first),
            on_progress=lambda size: counter.add(job, "downloading", size, fetched=size),
            on_saved=counter.add_saved,
        )
    except ExteryError as error:
        counter.add(job, "failed", packages=1)
        return [(change, error) for change in job.changes]
    counter.add(job, "unpacking", state.size if has_package else 0)
    failed = []
    for change in job.changes:
        # The same package can be listed by several repositories, each with its own URL.
        listed = change.after if change.after not in (None, job.state) else None
        try:
            with _unpacking:
                transactions[change.target].install(
                    change.repository,
                    change.id,
                    listed or state,
                    package,
                    entry=change.candidate.entry if change.candidate else None,
                )
        except ExteryError as error:
            failed.append((change, error))
    counter.add(job, "failed" if failed else "done", packages=1)
    return failed


def _commit(
    target: Target, current: Transaction, changes: Iterable[Change], result: Result
) -> None:
    for change, error in result.failed:
        if change.target == target:
            current.fail(change.name, str(error))
    result.problems.extend([*current.warnings, *find_conflicts(target, current.prepared)])
    operation = current.commit()
    if operation is None:
        return
    result.operations.append((target, operation))
    errors = {f"{step.repository}.{step.id}": step.error for step in operation.steps if step.error}
    for change in changes:
        if reason := errors.get(change.name):
            error = Conflict.of("install.in-use", name=change.name, reason=reason)
            result.failed.append((change, error))
