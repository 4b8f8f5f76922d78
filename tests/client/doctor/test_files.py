"""Damaged files of the state, permissions of files and folders, and a disk that is almost full."""

from __future__ import annotations

import os
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.client.checks import files
from extery.client.checks.context import Context
from extery.client.store import Store
from tests.client.doctor.examined import hint_runs, install, one
from tests.client.samples import STUDIO, make_target


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("target.json", ""),
        ("sync.json", ""),
        ("installed.json", "records"),
        ("repositories.json", "repositories"),
        ("operations/000001.json", "operation"),
        ("index.sqlite", ""),
    ],
)
def test_a_damaged_file_of_the_state_is_found_and_removed(
    checked: Context, name: str, variant: str
) -> None:
    install(checked)
    (checked.target.state_folder / name).write_bytes(b"{" * 200)
    hint = one(files.find_damaged_files(checked), "doctor.state", variant).hint
    assert f"rm {checked.target.state_folder / name}" in hint
    (checked.target.state_folder / name).unlink()
    assert [*files.find_damaged_files(checked)] == []


def test_a_damaged_listing_is_found(checked: Context) -> None:
    path = STUDIO.listing_in(checked.target)
    path.parent.mkdir(parents=True)
    path.write_text("<html>")
    problem = one(files.find_damaged_files(checked), "doctor.state", "listing")
    assert problem.hint.endswith("extery sync --blender 4.2")


@pytest.fixture
def other_user() -> Iterator[None]:
    """Run as a user without privileges; ``tempfile`` is for all."""
    if os.name == "nt":
        pytest.skip("there are no modes")
    if os.geteuid() == 0:
        os.seteuid(65534)
        yield
        os.seteuid(0)
    else:
        yield


def test_folders_that_cannot_be_written_are_found(other_user: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = make_target(Path(folder), STUDIO)
        repository = STUDIO.folder_in(target)
        repository.mkdir()
        repository.chmod(0o500)
        checked = Context(target, Store(Path(folder)))
        problem = one(files.find_permission_problems(checked), "doctor.permissions")
        hint_runs(problem)
        assert [*files.find_permission_problems(checked)] == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_folders_of_another_user_are_found(other_user: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = make_target(Path(folder), STUDIO)
        repository = STUDIO.folder_in(target)
        repository.mkdir()
        os.seteuid(0)
        os.chown(repository, 0, 0)
        os.seteuid(65534)
        checked = Context(target, Store(Path(folder)))
        problem = one(files.find_permission_problems(checked), "doctor.permissions", "owner")
        assert "sudo chown -R" in problem.hint
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
def test_tokens_that_others_can_read_are_found(checked: Context, tmp_path: Path) -> None:
    checked.config_folder = tmp_path
    tokens = tmp_path / "tokens.json"
    tokens.write_text("{}")
    tokens.chmod(0o644)
    hint_runs(one(files.find_permission_problems(checked), "doctor.tokens-readable"))
    assert [*files.find_permission_problems(checked)] == []


def test_a_disk_that_is_almost_full_is_found_once(
    checked: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage(10**12, 0, 120_000_000))
    problem = one(files.find_low_space(checked), "doctor.disk-space")
    assert "120 MB free" in problem.message
