"""The journal of a target: one file for each operation, with the state of each extension before and after it.

The file is written after all packages are unpacked and before the first folder is switched. If the process ends in
between, `recover` of the next command completes the switches, so each operation has happened as a whole or not
at all. The folders that an operation replaced are kept until `gc`, for `undo`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from extery.client import layout
from extery.client.package_state import PackageState
from extery.client.state_files import read_object, write_object
from extery.client.targets import Target
from extery.client.unusable import unusable
from extery.core.errors import Conflict
from extery.core.files import fsync_directory

_FILE = re.compile(r"([0-9]{6})\.json")
NEW, OLD = "new", "old"


class Step(NamedTuple):
    """The change of one extension; without ``after`` it is removed, without ``before`` it was not installed.

    ``folder`` is that of the repository, relative to the target, if it is not named as the repository. ``new_id`` identifies the new folder, see `extery.client.switch`; it was
    unpacked for this operation, or ``kept`` is the number of the operation that has kept it. ``error`` is the reason why it
    was not switched.
    """

    repository: str
    folder: str
    id: str
    before: PackageState | None = None
    after: PackageState | None = None
    new_id: int = 0
    kept: int = 0
    error: str = ""

    @property
    def is_user_data(self) -> bool:
        """Whether it is the data that an extension has written for the user, not the extension."""
        return self.folder.startswith(f"{layout.USER_DATA_FOLDER}/")

    def repository_folder(self, target: Target) -> Path:
        return target.folder / (self.folder or self.repository)

    def as_dict(self) -> dict[str, Any]:
        return {
            "repository": self.repository,
            "folder": self.folder,
            "id": self.id,
            "before": list(self.before) if self.before else None,
            "after": list(self.after) if self.after else None,
            "new_id": self.new_id,
            "kept": self.kept,
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """Return a stored step; raises `ValueError`, `KeyError` or `TypeError` if it is damaged."""
        name, folder, identifier = row["repository"], row["folder"], row["id"]
        if not layout.is_repository_name(name) or not _is_folder_name(identifier):
            raise ValueError("not a step")
        return cls(
            name,
            str(folder),
            identifier,
            PackageState(*row["before"]) if row["before"] else None,
            PackageState(*row["after"]) if row["after"] else None,
            int(row["new_id"]),
            int(row["kept"]),
            str(row["error"]),
        )


def _is_folder_name(text: object) -> bool:
    return isinstance(text, str) and text.isidentifier()


class Operation(NamedTuple):
    """One change of a target: ``number`` counts from 1, ``started_at`` is in seconds since the epoch.

    ``undoes`` is the number of the operation that this one has undone, or 0. An operation that is not ``done`` was
    interrupted while folders were switched.
    """

    number: int
    command: str
    started_at: float
    steps: tuple[Step, ...] = ()
    undoes: int = 0
    done: bool = False
    #: Packages that were requested and failed before the operation, each with its reason.
    failed: tuple[tuple[str, str], ...] = ()

    def new_folder(self, target: Target, step: Step) -> Path:
        """Return where the new folder of the extension is before it is switched."""
        number, kind = (step.kept, OLD) if step.kept else (self.number, NEW)
        return _in_state_folder(target, step, f"{number:06d}", kind, step.id)

    def old_folder(self, target: Target, step: Step) -> Path:
        """Return where the replaced folder of the extension is kept after it was switched."""
        return _in_state_folder(target, step, f"{self.number:06d}", OLD, step.id)

    @property
    def errors(self) -> dict[str, Conflict]:
        """The error of each extension that was not switched, by ``repository.id``."""
        names = [(f"{step.repository}.{step.id}", step.error) for step in self.steps if step.error]
        return {
            name: Conflict.of("install.in-use", name=name, reason=error) for name, error in names
        }

    def with_steps(self, steps: Iterable[Step]) -> Operation:
        return self._replace(steps=tuple(steps))

    def areas(self, target: Target, kind: str) -> list[Path]:
        """Return the folders of its new or old extensions, one in each repository."""
        steps = {step.folder or step.repository: step for step in self.steps}
        return [
            _in_state_folder(target, step, f"{self.number:06d}", kind) for step in steps.values()
        ]

    def repository_folders(self, target: Target) -> list[Path]:
        """Return the folders of its repositories."""
        names = dict.fromkeys(step.folder or step.repository for step in self.steps)
        return [target.folder / name for name in names]


def _in_state_folder(target: Target, step: Step, *names: str) -> Path:
    # In one step: joining paths one by one took half of the time of a switch.
    return target.folder.joinpath(step.folder or step.repository, layout.STATE_FOLDER, *names)


def operations_folder(target: Target) -> Path:
    return target.state_folder / layout.OPERATIONS_FOLDER


def _file(target: Target, number: int) -> Path:
    return operations_folder(target) / f"{number:06d}.json"


def numbers(target: Target) -> list[int]:
    """Return the numbers of all operations in the journal, oldest first."""
    try:
        names = [path.name for path in operations_folder(target).iterdir()]
    except OSError:
        return []
    return sorted(int(match[1]) for name in names if (match := _FILE.fullmatch(name)))


def load(target: Target, number: int) -> Operation | None:
    """Return an operation; ``None`` if its file is missing or damaged."""
    value = read_object(_file(target, number))
    with suppress(ValueError, KeyError, TypeError):
        return Operation(
            number,
            str(value["command"]),
            float(value["started_at"]),
            tuple(Step.from_dict(row) for row in value["steps"]),
            int(value["undoes"]),
            value["done"] is True,
            tuple((str(name), str(reason)) for name, reason in value["failed"]),
        )
    return None


def save(target: Target, operation: Operation) -> None:
    """Write an operation to the journal; it is on disk when this returns."""
    path = _file(target, operation.number)
    write_object(
        path,
        {
            "command": operation.command,
            "started_at": operation.started_at,
            "steps": [step.as_dict() for step in operation.steps],
            "undoes": operation.undoes,
            "done": operation.done,
            "failed": [list(pair) for pair in operation.failed],
        },
    )
    try:
        fsync_directory(path.parent)
    except OSError as error:
        raise unusable(path, error) from error


def new_operation(target: Target, command: str, *, undoes: int = 0) -> Operation:
    """Return an operation with the next number, which is not in the journal yet."""
    last = max(numbers(target), default=0)
    return Operation(last + 1, command, time.time(), undoes=undoes)


def load_all(target: Target) -> list[Operation]:
    """Return the operations in the journal, newest first, without damaged ones."""
    loaded = (load(target, number) for number in reversed(numbers(target)))
    return [operation for operation in loaded if operation is not None]


def rename_repository(target: Target, old: str, new: str) -> None:
    """Change the name of a repository in the journal, so that its operations can be undone in its new folder."""
    data, new_data = f"{layout.USER_DATA_FOLDER}/{old}", f"{layout.USER_DATA_FOLDER}/{new}"
    for operation in load_all(target):
        steps = [
            step._replace(repository=new, folder=new_data if step.folder == data else step.folder)
            if step.repository == old
            else step
            for step in operation.steps
        ]
        if tuple(steps) != operation.steps:
            save(target, operation.with_steps(steps))
