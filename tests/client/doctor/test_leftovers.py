"""Files that Blender, killed commands and downloads have left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from extery.client import layout
from extery.client.checks import leftovers
from extery.client.checks.context import Context
from extery.client.transaction import target_lock
from tests.client.doctor.examined import DAY, hint_runs, install, one
from tests.client.samples import STUDIO


@pytest.mark.parametrize(
    "name",
    ["gear_tool@", ".gear_tool.~temp~", ".gear_tool.~temp~3", ".gear_tool.temp", ".~stale~0001"],
)
def test_a_folder_that_blender_has_left_is_found_and_removed(checked: Context, name: str) -> None:
    install(checked)
    (STUDIO.folder_in(checked.target) / name).mkdir()
    problem = one(leftovers.find_blender_leftovers(checked), "doctor.leftover")
    hint_runs(problem)
    assert [*leftovers.find_blender_leftovers(checked)] == []
    assert [item.id for item in checked.installed] == ["gear_tool"]


def test_the_list_of_stale_files_is_found(checked: Context) -> None:
    folder = STUDIO.folder_in(checked.target)
    folder.mkdir()
    (folder / ".~stale~").write_text("gear_tool@\n")
    assert one(leftovers.find_blender_leftovers(checked), "doctor.leftover").hint


def test_unfinished_downloads_of_a_listing_are_found_together(checked: Context) -> None:
    private = STUDIO.folder_in(checked.target) / layout.PRIVATE_FOLDER
    private.mkdir(parents=True)
    for name in ("index.json", "index.json@", "index.json@1f3a"):
        (private / name).write_text("{}")
    hint_runs(one(leftovers.find_blender_leftovers(checked), "doctor.leftover", "listings"))
    assert [path.name for path in private.iterdir()] == ["index.json"]


def test_what_a_blender_at_work_unpacks_is_not_left_over(checked: Context, tmp_path: Path) -> None:
    folder = STUDIO.folder_in(checked.target)
    (folder / "gear_tool@").mkdir(parents=True)
    (folder / layout.PRIVATE_FOLDER).mkdir()
    (folder / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK).write_text(str(tmp_path))
    assert [*leftovers.find_blender_leftovers(checked)] == []


def test_what_a_killed_command_has_unpacked_is_found(checked: Context) -> None:
    state = STUDIO.folder_in(checked.target) / layout.STATE_FOLDER
    (state / "000007" / "new" / "gear_tool").mkdir(parents=True)
    (checked.target.state_folder / ".installed.json.a1.new").write_text("{")
    private = STUDIO.listing_in(checked.target)
    private.parent.mkdir(parents=True)
    private.with_name(".index.json.a1.new").write_text("{")
    problem = one(leftovers.find_own_leftovers(checked), "doctor.temporary-files")
    assert "3 temporary files" in problem.message
    with target_lock(checked.target, "gc"):
        pass
    assert [*leftovers.find_own_leftovers(checked)] == []


def test_old_parts_of_downloads_are_found_and_new_ones_are_not(checked: Context) -> None:
    folder = checked.store.folder / "9f"
    folder.mkdir(parents=True)
    old, new = folder / "9f01.part", folder / "9f02.part"
    for path in (old, new):
        path.write_bytes(bytes(2000))
    os.utime(old, (time.time() - 3 * DAY,) * 2)
    problem = one(leftovers.find_old_downloads(checked), "doctor.old-downloads")
    assert "given up more than a day ago: 2.0 KB in 1 file(s)" in problem.message
    hint_runs(problem)
    assert [*folder.iterdir()] == [new]
