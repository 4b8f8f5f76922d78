"""Two commands do not change a source folder at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.author.fix import FixedFile, write_fixes
from extery.author.folder_lock import folder_lock
from extery.core.errors import Conflict


def test_the_second_command_says_that_the_first_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "gear_tool"
    folder.mkdir()

    with folder_lock(folder), pytest.raises(Conflict) as caught, folder_lock(folder, timeout=0):
        pytest.fail("both had the lock")

    assert caught.value.code == "build.folder-in-use"
    with folder_lock(folder, timeout=0):
        assert list(folder.iterdir()) == []


def test_without_a_cache_folder_there_is_no_lock_and_the_command_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "gears.py"
    file.write_text("old")

    write_fixes(tmp_path, [FixedFile(file, "gears.py", "old", "new", ())])

    assert file.read_text() == "new"
