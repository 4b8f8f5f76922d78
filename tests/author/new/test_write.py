"""The files of a new extension are written all or not at all, and replace nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from extery.author.new.write import write_files
from extery.core.errors import Conflict, Unavailable

FILES = {"blender_manifest.toml": b"id", "__init__.py": b"", "tests/deep/test_a.py": b"test"}


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("place", ["gears", "a/b/gears"])
def test_a_new_folder_gets_all_files(tmp_path: Path, place: str) -> None:
    write_files(tmp_path / place, FILES)
    assert content(tmp_path / place) == FILES
    assert [entry.name for entry in (tmp_path / place).parent.iterdir()] == ["gears"]
    (tmp_path / "other").mkdir()
    assert (tmp_path / place).stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_folder_with_other_files_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "notes.txt").write_bytes(b"notes")
    write_files(tmp_path, FILES)
    assert content(tmp_path) == {**FILES, "notes.txt": b"notes"}


@pytest.mark.parametrize("path", FILES)
def test_nothing_is_written_beside_a_file_of_the_same_name(tmp_path: Path, path: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"mine")
    with pytest.raises(Conflict) as error:
        write_files(tmp_path, FILES)
    assert (error.value.code, error.value.problems[0].message) == ("new.exists", f"{file} exists")
    assert content(tmp_path) == {path: b"mine"}


def test_a_link_to_nothing_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").symlink_to("nowhere")
    with pytest.raises(Conflict):
        write_files(tmp_path, FILES)
    assert (tmp_path / "__init__.py").readlink() == Path("nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "gears").write_bytes(b"mine")
    with pytest.raises(Conflict) as error:
        write_files(tmp_path / "gears", FILES)
    assert error.value.problems[0].message.endswith("gears is a file")


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("call", range(8))
def test_a_disk_that_is_full_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool, call: int
) -> None:
    folder = tmp_path / "a" / "gears"
    if exists:
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_bytes(b"notes")
    calls = iter(range(1000))

    def failing(function: Any) -> Any:
        def fail(*arguments: Any, **options: Any) -> Any:
            if next(calls) == call:
                raise OSError(28, "No space left on device")
            return function(*arguments, **options)

        return fail

    before = content(tmp_path)
    error = None
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", failing(Path.write_bytes))
        patch.setattr(Path, "rename", failing(Path.rename))
        patch.setattr(os, "link", failing(os.link))
        try:
            write_files(folder, FILES)
        except Unavailable as raised:
            error = raised
    if error is not None:
        assert error.code == "new.unwritable"
        assert "No space left" in error.problems[0].message
        assert content(tmp_path) == before
        assert (folder.exists(), (tmp_path / "a").exists()) == (exists, exists)
    else:  # a link that fails is a copy
        assert call >= len(FILES)
        assert content(folder) == ({"notes.txt": b"notes"} if exists else {}) | FILES


def test_a_disk_that_is_full_while_the_last_file_is_moved_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = iter(range(1000))

    def fail(*_paths: Path) -> None:
        raise FileExistsError if next(links) == len(FILES) - 1 else OSError(1, "no links")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(Unavailable):
        write_files(tmp_path, FILES)
    assert list(tmp_path.iterdir()) == []
