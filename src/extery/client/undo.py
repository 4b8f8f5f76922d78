"""Undo an operation, or bring one extension back to an earlier version, from what operations have kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from extery.client import operations
from extery.client.named import find_one
from extery.client.operations import Operation, Step
from extery.client.package_state import PackageState
from extery.client.records import find_installed, get_installed
from extery.client.repositories import Repository, load_repositories
from extery.client.requirements import Requirement
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, Transaction, transaction
from extery.core.errors import Conflict, NotFound, ProblemList


class UndoStep(NamedTuple):
    """What an undo does with one extension: ``before`` is installed now, ``after`` will be."""

    repository: Repository
    step: Step
    before: PackageState | None
    after: PackageState | None

    @property
    def name(self) -> str:
        return f"{self.repository.name}.{self.step.id}"


def undone_numbers(journal: Iterable[Operation]) -> dict[int, int]:
    """Return the number of each operation that is undone -> that of the operation which has undone it.

    ``journal`` is newest first. An operation whose undo was undone is in effect again, and so is one whose undo could not
    change all of its extensions: it can be undone again.
    """
    undone: dict[int, int] = {}
    for operation in journal:
        is_complete = not any(step.error for step in operation.steps)
        if operation.undoes and is_complete and operation.number not in undone:
            undone[operation.undoes] = operation.number
    return undone


def find_operation(target: Target, number: int = 0) -> Operation:
    """Return the operation ``number``, by default the last one that is in effect; raises an `ExteryError`."""
    journal = operations.load_all(target)
    undone = undone_numbers(journal)
    if number:
        for operation in journal:
            if operation.number == number:
                if by := undone.get(number):
                    raise Conflict.of("undo.undone", number=number, by=by)
                return operation
        raise NotFound.of("undo.unknown", number=number, target=str(target))
    for operation in journal:
        is_undo = bool(operation.undoes)
        if not is_undo and operation.number not in undone and _changed(operation):
            return operation
    raise NotFound.of("undo.nothing", target=str(target))


def _changed(operation: Operation) -> list[Step]:
    return [step for step in operation.steps if not step.error]


def plan_undo(target: Target, operation: Operation) -> list[UndoStep]:
    """Return what an undo of ``operation`` changes; raises `Conflict` if an extension was changed since."""
    known = {repository.name: repository for repository in load_repositories(target)}
    problems, planned = ProblemList(), []
    back = _put_back(target, operation)
    for step in _changed(operation):
        if (step.repository, step.folder, step.id) in back:
            continue
        repository = known.get(step.repository) or Repository(
            step.repository, custom_folder=step.folder
        )
        if step.is_user_data:
            planned.append(UndoStep(repository, step, None, step.before))
            continue
        installed = get_installed(target, repository, step.id)
        now = installed.state if installed else None
        if _version(now) != _version(step.after):
            problems.add(
                "undo.changed-since",
                name=f"{step.repository}.{step.id}",
                version=_version(now) or "not installed",
                expected=_version(step.after) or "not installed",
                number=operation.number,
            )
            continue
        planned.append(UndoStep(repository, step, now, step.before))
    if problems:
        raise Conflict(*problems)
    return planned


def _put_back(target: Target, operation: Operation) -> set[tuple[str, str, str]]:
    """Return repository, folder and id of what earlier undos of an operation have put back, which failed in part."""
    journal = operations.load_all(target)
    undone = undone_numbers(journal)
    return {
        (step.repository, step.folder, step.id)
        for earlier in journal
        if earlier.undoes == operation.number and earlier.number not in undone
        if any(step.error for step in earlier.steps)
        for step in _changed(earlier)
    }


def _version(state: PackageState | None) -> str:
    return state.version if state else ""


def undo(
    target: Target,
    number: int = 0,
    *,
    store: Store,
    command: str = "undo",
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> tuple[Operation, list[UndoStep]]:
    """Undo an operation, by default the last one; return the operation that did it, and its steps.

    All of its extensions are as before or none is changed. Raises an `ExteryError`.
    """
    undoes = find_operation(target, number).number
    with transaction(target, command, undoes=undoes, timeout=timeout, on_wait=on_wait) as change:
        # Again under the lock: another process may have changed something.
        operation = find_operation(target, undoes)
        planned = plan_undo(target, operation)
        for item in planned:
            _prepare(change, item, operation.number, store)
        done = change.commit()
    assert done is not None  # an operation without steps is not undone
    return done, planned


def _prepare(change: Transaction, item: UndoStep, number: int, store: Store) -> None:
    if item.after is None:
        change.remove(item.repository, item.step.id)
        return
    try:
        change.put_back(item.repository, item.step.id, item.after, number, folder=item.step.folder)
    except NotFound:
        package = store.path(item.after.sha256)
        if not item.after.sha256 or not package.exists():
            raise
        change.install(item.repository, item.step.id, item.after, package)


class Earlier(NamedTuple):
    """A version of an extension that was installed before, and the operation that has kept its folder."""

    state: PackageState
    number: int
    is_kept: bool


def earlier_versions(target: Target, repository: Repository, identifier: str) -> list[Earlier]:
    """Return the versions that operations have replaced, the last one first, each once."""
    found: dict[str, Earlier] = {}
    for operation in operations.load_all(target):
        for step in _changed(operation):
            if (step.repository, step.id) != (repository.name, identifier) or step.is_user_data:
                continue
            if step.before is not None:
                kept = operation.old_folder(target, step).exists()
                found.setdefault(step.before.version, Earlier(step.before, operation.number, kept))
    return list(found.values())


class _Known(NamedTuple):
    name: str


def find_known(target: Target, name: str) -> tuple[Repository, str]:
    """Return repository and id of an extension named ``id`` or ``repository.id`` that is or was installed.

    Raises `NotFound`, and `Conflict` if several repositories have one of that id.
    """
    repositories = {r.name: r for r in load_repositories(target)}
    names = {item.name for item in find_installed(target)} | {
        f"{step.repository}.{step.id}"
        for operation in operations.load_all(target)
        for step in operation.steps
    }
    found = find_one(target, Requirement.parse(name), map(_Known, sorted(names)))
    repository, _, identifier = found.name.partition(".")
    return repositories.get(repository) or Repository(repository), identifier


def roll_back(
    target: Target,
    name: str,
    version: str = "",
    *,
    store: Store,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> tuple[Operation, Earlier]:
    """Bring an extension back to the version before the present one, or to ``version``."""
    with transaction(target, "rollback", timeout=timeout, on_wait=on_wait) as change:
        repository, identifier = find_known(target, name)
        installed = get_installed(target, repository, identifier)
        current = installed.state.version if installed else ""
        earlier = [
            item
            for item in earlier_versions(target, repository, identifier)
            if item.state.version != current and version in ("", item.state.version)
        ]
        chosen = next((item for item in earlier if _is_available(item, store)), None)
        if chosen is None:
            raise NotFound.of(
                "undo.no-earlier",
                variant="version" if version else "",
                name=f"{repository.name}.{identifier}",
                version=version,
            )
        if chosen.is_kept:
            change.put_back(repository, identifier, chosen.state, chosen.number)
        else:
            package = store.path(chosen.state.sha256)
            change.install(repository, identifier, chosen.state, package)
        done = change.commit()
    assert done is not None
    return done, chosen


def _is_available(item: Earlier, store: Store) -> bool:
    return item.is_kept or bool(item.state.sha256 and store.has(item.state.sha256))
