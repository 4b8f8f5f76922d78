"""Packages whose files would leave the folder, or meet each other on another file system, are refused; others are installed."""

from __future__ import annotations

import os
import stat
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from extery.client.execute import execute
from extery.client.index.candidates import Candidate
from extery.client.plan import Change, Plan
from extery.client.records import find_installed
from extery.client.repositories import Repository
from extery.client.store import Store
from tests.client.machine import Machine
from tests.client.samples import make_package, make_target, tree
from tests.fakes import FakeRepository

#: Names of files beside those of a usual package -> the area of the code that refuses them.
NAMES: dict[str, tuple[str, ...]] = {
    "parent": ("../evil.py",),
    "parent below": ("data/../../evil.py",),
    "parent of Windows": ("..\\evil.py",),
    "absolute": ("/evil.py",),
    "drive": ("C:\\evil.py",),
    "drive with slash": ("C:/evil.py",),
    "share": ("\\\\server\\share\\evil.py",),
    "stream of NTFS": ("__init__.py:evil",),
    "device of Windows": ("data/con.txt",),
    "trailing dot": ("data/evil.",),
    "trailing space": ("data/evil ",),
    "control character": ("data/ev\nil.py",),
    "case": ("data/Evil.py", "data/evil.py"),
    "case below folders": ("Data/evil.py", "data/Evil.py"),
    "case of a manifest": ("Blender_Manifest.toml",),
    "normalisation": ("data/\u00e9.py", "data/e\u0301.py"),
    "normalisation below folders": ("\u00e9/evil.py", "e\u0301/evil.py"),
    "sharp s": ("data/stra\u00dfe.py", "data/STRASSE.py"),
    "Turkish i": ("data/\u0130.py", "data/i\u0307.py"),
    "compatibility": ("data/\ufb01le.py", "data/file.py"),
    "ignored character": ("data/ev\u200bil.py", "data/evil.py"),
    "twice": ("data/evil.py", "data/evil.py"),
    "file and folder": ("data", "data/evil.py"),
    "file and folder by case": ("DATA", "data/evil.py"),
    "long name": ("data/" + "x" * 300,),
    "state of Blender": ("__pycache__/../../.blender_ext/index.json",),
}


def write(folder: Path, *names: str) -> Path:
    """Write a package with these files beside the usual ones."""
    path = make_package(folder, "bad_tool")
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")  # a name that occurs twice
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "evil")
    return path


def write_link(folder: Path) -> Path:
    path = make_package(folder, "bad_tool")
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("data")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "../../..")
        archive.writestr("data/evil.py", "evil")
    return path


CASES = [*NAMES, "link"]


@pytest.fixture
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    case = request.param
    return write_link(tmp_path) if case == "link" else write(tmp_path, *NAMES[case])


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "machine", tmp_path / "machine/home")
    made.home.mkdir(parents=True)
    return made


@pytest.mark.parametrize("bad", CASES, indirect=True)
def test_such_a_file_is_refused_and_the_others_are_installed(bad: Path, machine: Machine) -> None:
    machine.places["BAD"] = bad
    result = machine.run("install-file", "BAD", "FILE")
    assert result.exit_code == 1, result.output
    assert "[path." in result.output or "[package." in result.output
    assert "hint: " in result.output
    assert "user_default.file_tool" in result.output
    assert not [path for path in machine.folder.rglob("*") if "evil" in path.name.lower()]
    assert not (machine.target / "user_default/bad_tool").exists()


@pytest.mark.parametrize("bad", CASES, indirect=True)
def test_such_a_package_of_a_repository_is_refused_and_the_others_are_installed(
    bad: Path, tmp_path: Path
) -> None:
    online = FakeRepository(tmp_path / "online")
    repository = Repository("studio", online.url)
    target = make_target(tmp_path, repository)
    good = make_package(tmp_path, "good_tool")
    for path in (bad, good):
        identifier = path.stem.rpartition("-")[0]
        online.add_bytes(path.name, path.read_bytes(), id=identifier, version="1.0.0")
    changes = [
        Change(target, repository, entry["id"], None, Candidate(repository, entry))
        for entry in online.entries
    ]
    result = execute(
        Plan(changes),
        "install",
        store=Store(tmp_path / "cache"),
        make_fetcher=lambda *_: online.fetcher(),
    )
    [(change, error)] = result.failed
    assert change.id == "bad_tool"
    assert {problem.code.partition(".")[0] for problem in error.problems} <= {"path", "package"}
    assert all(problem.message for problem in error.problems)
    assert [item.id for item in find_installed(target)] == ["good_tool"]
    assert sorted(tree(target.folder / "studio")) == [
        "good_tool/__init__.py",
        "good_tool/blender_manifest.toml",
    ]


def test_folders_that_are_one_elsewhere_are_unpacked_into_it(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their files do not meet, so they are no error, also where the file system ignores case."""
    mkdir = os.mkdir

    def mkdir_ignoring_case(path: Any, *arguments: Any, **options: Any) -> None:
        made = Path(path)
        for item in made.parent.iterdir() if made.parent.is_dir() else ():
            if item.name != made.name and item.name.lower() == made.name.lower():
                made.symlink_to(item.name)
                raise FileExistsError(17, "File exists", str(path))
        mkdir(path, *arguments, **options)

    machine.places["BAD"] = write(tmp_path, "Data/one.txt", "data/two.txt", "DATA/deep/three.txt")
    monkeypatch.setattr(os, "mkdir", mkdir_ignoring_case)
    machine.done("install-file", "BAD")
    folder = machine.target / "user_default/bad_tool/Data"
    assert sorted(path.name for path in folder.iterdir()) == ["deep", "one.txt", "two.txt"]
