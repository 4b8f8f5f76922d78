"""Change the installed extensions of a target, so that a crash leaves the state before or after the change.

Under the lock of the target: unpack all packages next to their places, write them to disk, write the journal, switch
the folders, write the records, and mark the operation as done. A transaction that begins completes the one
that was interrupted before it, and removes what others have left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from extery.client import layout, operations
from extery.client.blender_lock import blender_locks, remove_own_lock
from extery.client.leftovers import (
    find_temporary_files,
    remove_areas,
    remove_if_empty,
    remove_left_over,
    remove_tree,
    repository_folders,
)
from extery.client.operations import NEW, Operation, Step
from extery.client.package_checks import check_manifest, check_unpacked
from extery.client.package_state import PackageState
from extery.client.records import get_installed, load_records, store_records
from extery.client.rename import complete_rename
from extery.client.repositories import Repository
from extery.client.switch import folder_id, switch
from extery.client.targets import Target, store_version
from extery.client.unpack import sync_to_disk, unpack
from extery.client.unusable import unusable
from extery.core.errors import ExteryError, NotFound, ProblemList, Unavailable, Where
from extery.core.locks import locked
from extery.core.text import os_error_text
from extery.listing.entries import Entry
from extery.package import open_package

DEFAULT_TIMEOUT = 600.0
#: The state of user data in the journal: it has no version.
_DATA = PackageState("")


class Transaction:
    """A change of a target that has begun; `transaction` makes one."""

    def __init__(
        self,
        target: Target,
        operation: Operation,
        *,
        timeout: float,
        on_wait: Callable[[str], None],
    ) -> None:
        self.target = target
        self.operation = operation
        self._timeout = timeout
        self._on_wait = on_wait
        # The lock is held, so they do not change before the commit.
        self._records = load_records(target)
        self._steps: list[Step] = []
        #: The wheels of the packages that `commit` will switch in, by ``repository.id``.
        self.wheels: dict[str, tuple[str, ...]] = {}
        #: What the user should know of the packages that were unpacked.
        self.warnings = ProblemList()
        #: Folders of repositories that were not there before.
        self.new_folders: set[Path] = set()

    def install(
        self,
        repository: Repository,
        identifier: str,
        state: PackageState,
        package: Path,
        *,
        entry: Entry | None = None,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> None:
        """Unpack a package, to be switched in by `commit`.

        ``state`` is what the listing states of it, and ``entry`` its entry there. Raises an `ExteryError` if it cannot be
        unpacked or is another one; the transaction can go on without it. Several threads may call this at a time.
        """
        step = self._new_step(repository, identifier, state)
        new = self.operation.new_folder(self.target, step)
        folder = step.repository_folder(self.target)
        if not folder.exists():
            self.new_folders.add(folder)
        try:
            with open_package(package, name=f"{identifier}-{state.version}.zip") as opened:
                check_manifest(opened.manifest, identifier, state, entry, self.target)
                unpack(opened, new, checkpoint=checkpoint)
                self.warnings.extend(check_unpacked(opened, new, self.target))
        except BaseException as error:
            remove_tree(new)
            if isinstance(error, OSError):
                raise unusable(new, error) from error
            raise
        self.wheels[f"{repository.name}.{identifier}"] = opened.manifest.wheels
        self._steps.append(step._replace(new_id=folder_id(new)))

    def accept(
        self, repository: Repository, identifier: str, state: PackageState, wheels: Iterable[str]
    ) -> None:
        """Add a package that another process has unpacked by `install` with the same arguments.

        Raises `Unavailable` if it is not there.
        """
        step = self._new_step(repository, identifier, state)
        new = self.operation.new_folder(self.target, step)
        try:
            new_id = folder_id(new)
        except OSError as error:
            raise unusable(new, error) from error
        self.wheels[f"{repository.name}.{identifier}"] = tuple(wheels)
        self._steps.append(step._replace(new_id=new_id))

    def discard(self, repository: Repository, identifier: str) -> None:
        """Remove what another process has unpacked that failed."""
        step = self._new_step(repository, identifier, None)
        remove_tree(self.operation.new_folder(self.target, step))

    def put_back(
        self,
        repository: Repository,
        identifier: str,
        state: PackageState,
        number: int,
        *,
        folder: str = "",
    ) -> None:
        """Switch the folder that the operation ``number`` has kept back in by `commit`; raises `NotFound` without it.

        ``folder`` is that of its step, for user data.
        """
        step = self._new_step(repository, identifier, state)._replace(kept=number)
        if folder.startswith(layout.USER_DATA_FOLDER):
            step = step._replace(folder=folder, before=None)
        try:
            new_id = folder_id(self.operation.new_folder(self.target, step))
        except OSError as error:
            raise NotFound.of("undo.not-kept", id=identifier, version=state.version) from error
        self._steps.append(step._replace(new_id=new_id))

    def remove(
        self, repository: Repository, identifier: str, *, with_user_data: bool = False
    ) -> None:
        """Remove an installed extension by `commit`, and the data that it has written for the user."""
        self._steps.append(self._new_step(repository, identifier, None))
        if with_user_data:
            folder = f"{layout.USER_DATA_FOLDER}/{repository.name}"
            if (self.target.folder / folder / identifier).is_dir():
                self._steps.append(Step(repository.name, folder, identifier, _DATA))

    def fail(self, name: str, reason: str) -> None:
        """Write a requested package that failed to the journal, with the others."""
        self.operation = self.operation._replace(failed=(*self.operation.failed, (name, reason)))

    def _new_step(
        self, repository: Repository, identifier: str, after: PackageState | None
    ) -> Step:
        installed = get_installed(self.target, repository, identifier, self._records)
        before = installed.state if installed else None
        return Step(repository.name, repository.custom_folder, identifier, before, after)

    def commit(self) -> Operation | None:
        """Switch all prepared folders; return the operation as it is in the journal, ``None`` without steps.

        A step that fails has an ``error``, and the others are done.
        """
        if not self._steps:
            return None
        steps = sorted(self._steps, key=lambda step: (step.repository, step.id))
        operation = self.operation.with_steps(steps)
        for folder in operation.repository_folders(self.target):
            sync_to_disk(folder)
        with self._lock_blender(steps):
            self.operation = operation
            try:
                operations.save(self.target, self.operation)
                self.operation = complete(self.target, self.operation)
            except ExteryError as error:
                if operations.load(self.target, self.operation.number) is None:
                    raise
                raise _unfinished(self.target, error) from error
        return self.operation

    def _lock_blender(self, steps: Iterable[Step]) -> AbstractContextManager[None]:
        folders = {step.repository_folder(self.target) for step in steps if not step.is_user_data}
        return blender_locks(
            folders, self.target.state_folder, timeout=self._timeout, on_wait=self._on_wait
        )


def _unfinished(target: Target, error: ExteryError) -> Unavailable:
    """Return the error of an operation in the journal that could not be completed, for example on a full disk."""
    reason = error.problems[0].message
    return Unavailable.of("target.unfinished", where=Where(str(target.folder)), reason=reason)


def complete(target: Target, operation: Operation) -> Operation:
    """Switch the folders of an operation in the journal that are not switched yet, and mark it as done."""
    steps = [_switch(target, operation, step) for step in operation.steps]
    for folder in operation.repository_folders(target):
        sync_to_disk(folder)
    changed = {
        f"{step.repository}.{step.id}": step.after
        for step in steps
        if not step.error and not step.is_user_data
    }
    store_records(target, changed)
    done = operation.with_steps(steps)._replace(done=True)
    operations.save(target, done)
    for area in done.areas(target, NEW):
        remove_areas(area.parent)
    return done


def _switch(target: Target, operation: Operation, step: Step) -> Step:
    place = step.repository_folder(target) / step.id
    old, new = operation.old_folder(target, step), operation.new_folder(target, step)
    try:
        old.parent.mkdir(parents=True, exist_ok=True)
        switch(new if step.after else None, place, old, new_id=step.new_id)
    except OSError as error:
        return step._replace(error=os_error_text(error))
    return step


def recover(target: Target) -> list[Operation]:
    """Complete the operations that were interrupted, and return them; the caller holds the lock.

    Packages that were unpacked for an operation that is not in the journal are removed.
    """
    completed = [
        complete(target, operation)
        for operation in reversed(operations.load_all(target))
        if not operation.done
    ]
    known = set(operations.numbers(target))
    for folder in repository_folders(target):
        remove_left_over(folder / layout.STATE_FOLDER, known)
        remove_if_empty(target, folder)
        remove_own_lock(folder, target.state_folder)
    for path in find_temporary_files(target):
        with suppress(OSError):
            path.unlink()
    return completed


@contextmanager
def target_lock(
    target: Target,
    command: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Hold the lock of a target, with what was interrupted completed."""
    try:
        target.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(target.folder, error) from error
    lock = target.state_folder / layout.LOCK
    with locked(lock, area="target", command=command, timeout=timeout, on_wait=on_wait):
        store_version(target)
        complete_rename(target)
        recover(target)
        yield


@contextmanager
def transaction(
    target: Target,
    command: str,
    *,
    undoes: int = 0,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Iterator[Transaction]:
    """Begin a change of a target; without a `Transaction.commit` nothing changes."""
    with target_lock(target, command, timeout=timeout, on_wait=on_wait):
        operation = operations.new_operation(target, command, undoes=undoes)
        current = Transaction(target, operation, timeout=timeout, on_wait=on_wait)
        try:
            yield current
        finally:
            if not current.operation.done:
                _discard(current)


def _discard(current: Transaction) -> None:
    """Remove what a transaction has unpacked that was not committed."""
    if operations.load(current.target, current.operation.number) is not None:
        return  # interrupted while folders were switched: the next command completes it
    for folder in repository_folders(current.target):
        area = folder / layout.STATE_FOLDER / f"{current.operation.number:06d}"
        remove_tree(area)
        remove_if_empty(current.target, folder)
    for folder in current.new_folders:
        for empty in (folder / layout.PRIVATE_FOLDER, folder):
            with suppress(OSError):
                empty.rmdir()
