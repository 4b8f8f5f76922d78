"""Locks that are held or left behind, and operations that were interrupted."""

from __future__ import annotations

import json
import os
from pathlib import Path

from extery.client import layout, operations
from extery.client.blender_lock import blender_locks
from extery.client.checks import locks
from extery.client.checks.context import Context
from extery.client.transaction import target_lock
from tests.client.doctor.examined import hint_runs, install, one
from tests.client.samples import STUDIO


def test_a_lock_that_is_held_is_found_with_its_holder(checked: Context) -> None:
    with target_lock(checked.target, "update"):
        problem = one(locks.find_lock_problems(checked), "doctor.lock-held")
        assert [*locks.find_interrupted(checked)] == []
    assert f"process {os.getpid()} (update)" in problem.message
    assert problem.hint.endswith(f"kill {os.getpid()}")
    assert [*locks.find_lock_problems(checked)] == []


def test_a_lock_of_a_command_that_was_killed_is_found(checked: Context) -> None:
    holder = checked.target.state_folder / f"{layout.LOCK}.holder"
    holder.write_text('{"pid": 4194303, "host": "here"}')
    problem = one(locks.find_lock_problems(checked), "doctor.lock-left")
    assert problem.hint.endswith("extery gc --blender 4.2")
    with target_lock(checked.target, "gc"):
        pass
    assert [*locks.find_lock_problems(checked)] == []


def test_a_lock_of_blender_is_found_held_or_left(checked: Context, tmp_path: Path) -> None:
    folder, session = STUDIO.folder_in(checked.target), tmp_path / "blender_session"
    with blender_locks([folder], checked.target.state_folder, timeout=0):
        assert one(locks.find_blender_lock_problems(checked), "doctor.blender-lock-held").hint
    lock = folder / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK
    session.mkdir()
    lock.write_text(str(session))
    assert one(locks.find_blender_lock_problems(checked), "doctor.blender-lock-held").hint
    session.rmdir()
    hint_runs(one(locks.find_blender_lock_problems(checked), "doctor.blender-lock-left"))
    assert [*locks.find_blender_lock_problems(checked)] == []


def test_an_interrupted_operation_is_found(checked: Context) -> None:
    install(checked)
    operation = operations.load(checked.target, 1)
    assert operation
    operations.save(checked.target, operation._replace(done=False))
    problem = one(locks.find_interrupted(checked), "doctor.interrupted")
    assert problem.message == "operation 1 (install) was interrupted"
    with target_lock(checked.target, "gc"):
        pass
    assert [*locks.find_interrupted(checked)] == []


def test_an_interrupted_rename_of_a_repository_is_found(checked: Context) -> None:
    row = {"new": "works", "repository": STUDIO.as_dict()}
    (checked.target.state_folder / layout.RENAME_FILE).write_text(json.dumps(row))
    assert one(locks.find_interrupted(checked), "doctor.interrupted", "rename").hint
    with target_lock(checked.target, "gc"):
        pass
    assert [*locks.find_interrupted(checked)] == []
