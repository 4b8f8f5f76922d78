"""Checks of locks and of operations that were interrupted."""

from __future__ import annotations

import os
from collections.abc import Iterator

from extery.client import layout
from extery.client.blender_lock import holder_of
from extery.client.checks.context import Context, removal
from extery.client.operations import load_all
from extery.core.errors import Problem, Where
from extery.core.locks import Holder


def find_lock_problems(context: Context) -> Iterator[Problem]:
    """Yield a lock that another command holds, or that one which was killed has left."""
    lock = context.target.state_folder / layout.LOCK
    where = Where(str(lock))
    if holder := Holder.read(lock):
        kill = "taskkill /PID" if os.name == "nt" else "kill"
        yield Problem.of(
            "doctor.lock-held",
            variant="" if holder.is_here else "other-computer",
            where=where,
            holder=str(holder),
            host=holder.host,
            kill=f"{kill} {holder.pid}",
        )
    elif os.path.lexists(lock.with_name(f"{lock.name}.holder")):
        yield Problem.of("doctor.lock-left", where=where, options=context.options)


def find_blender_lock_problems(context: Context) -> Iterator[Problem]:
    """Yield Blender's locks on repositories."""
    for repository in context.repositories:
        path = repository.folder_in(context.target) / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK
        if not os.path.lexists(path):
            continue
        where, name = Where(str(path)), repository.name
        if holder := holder_of(path):
            yield Problem.of("doctor.blender-lock-held", where=where, name=name, holder=holder)
        else:
            yield Problem.of("doctor.blender-lock-left", where=where, name=name, cure=removal(path))


def find_interrupted(context: Context) -> Iterator[Problem]:
    """Yield operations that were interrupted; one of a command that is at work was not."""
    target = context.target
    if Holder.read(target.state_folder / layout.LOCK):
        return
    for operation in load_all(target):
        if not operation.done:
            yield Problem.of(
                "doctor.interrupted",
                number=operation.number,
                command=operation.command,
                options=context.options,
            )
    rename = target.state_folder / layout.RENAME_FILE
    if rename.exists():
        yield Problem.of(
            "doctor.interrupted",
            variant="rename",
            where=Where(str(rename)),
            options=context.options,
        )
