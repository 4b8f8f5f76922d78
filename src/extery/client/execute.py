"""Carry out a plan: fetch packages into the store, unpack each as soon as it is there, and switch all at the end.

A package that fails is left out and reported; the others are installed. All targets of a plan are changed by one call,
and each package is fetched once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from extery.client.execute_progress import Progress
from extery.client.operations import Operation
from extery.client.package_jobs import Fetchers, JobRunner, MakeFetcher, make_jobs
from extery.client.plan import Change, Plan
from extery.client.records import Installed, find_installed
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, Transaction, transaction
from extery.client.wheel_conflicts import find_conflicts
from extery.core.errors import Conflict, ExteryError, ProblemList


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

    Raises an `ExteryError` if no target can be locked and written; all other errors are in the result.
    """
    result = Result()
    targets = sorted({change.target for change in plan.changes}, key=lambda t: t.folder)
    with ExitStack() as locks:
        # In the same order in every process, so that two of them cannot wait for each other.
        transactions: dict[Target, Transaction] = {}
        for target in targets:
            try:
                transactions[target] = locks.enter_context(
                    transaction(target, command, timeout=timeout, on_wait=on_wait)
                )
            except ExteryError as error:
                result.problems.extend(error.problems)
        if targets and not transactions:
            raise ExteryError(*result.problems)
        changes = _still_valid([c for c in plan.changes if c.target in transactions], result)
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
    jobs, failed = make_jobs(changes)
    result.failed += failed
    runner = JobRunner(jobs, transactions, store, fetchers, on_progress)
    try:
        result.failed += runner.run()
    finally:
        result.saved = runner.saved


def _commit(
    target: Target, current: Transaction, changes: Iterable[Change], result: Result
) -> None:
    for change, error in result.failed:
        if change.target == target:
            current.fail(change.name, str(error))
    result.problems.extend([*current.warnings, *find_conflicts(target, current.wheels)])
    try:
        operation = current.commit()
    except ExteryError as error:
        result.problems.extend(error.problems)
        return
    if operation is None:
        return
    result.operations.append((target, operation))
    errors = operation.errors
    result.failed += [(change, errors[change.name]) for change in changes if change.name in errors]
