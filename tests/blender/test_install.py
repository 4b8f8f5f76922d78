"""The installation of Blender environments: complete, once, and in the configured folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.blender import install as installer
from tests.blender.install import (
    MARKER,
    RELEASES,
    VERSIONS,
    Installed,
    cache_folder,
    find_python,
    install,
    installed,
)

needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="the programs here are shell scripts")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path))
    return tmp_path


def put_python(environment: Installed, prints: str) -> None:
    """Write an interpreter that always prints this text."""
    environment.python.parent.mkdir(parents=True, exist_ok=True)
    environment.python.write_text(f"#!/bin/sh\necho '{prints}'\n")
    environment.python.chmod(0o755)


def test_the_cache_is_in_the_configured_folder(cache: Path) -> None:
    assert cache_folder() == cache
    assert installed("4.2").folder == cache / f"bpy-{VERSIONS['4.2']}"


@needs_a_shell
def test_an_existing_environment_that_can_import_bpy_is_used(cache: Path) -> None:
    environment = installed("5.0")
    put_python(environment, VERSIONS["5.0"])
    assert not installed("5.0").complete

    assert install("5.0") is False

    assert environment.complete
    assert install("5.0") is False


@needs_a_shell
def test_an_incomplete_environment_is_replaced(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = installed("5.0")
    put_python(environment, "not Blender")

    def make(made: Installed) -> None:
        put_python(made, VERSIONS["5.0"])
        (made.folder / MARKER).touch()

    monkeypatch.setattr(installer, "_make", make)

    assert install("5.0") is True
    assert environment.complete
    assert [path.name for path in cache.iterdir()] == [environment.folder.name]


def test_a_failed_installation_leaves_no_files_and_does_not_stop_the_others(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(made: Installed) -> None:
        if made.series != "5.0":
            (made.folder / "half").touch()
            raise installer.InstallError(f"bpy {made.release} needs CPython {made.python_version}")
        put_python(made, made.release)

    monkeypatch.setattr(installer, "_make", make)

    assert installer.main() == 1

    printed = capsys.readouterr()
    assert printed.out == f"bpy 5.0.1: installed, {cache / 'bpy-5.0.1'}\n"
    assert printed.err.splitlines() == [
        f"error: bpy {release.version} needs CPython {release.python}"
        for series, release in RELEASES.items()
        if series != "5.0"
    ]
    assert [path.name for path in cache.iterdir()] == ["bpy-5.0.1"]


def test_a_missing_interpreter_is_an_error_that_lists_the_searched_places(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "find_python", {}.get)

    with pytest.raises(installer.InstallError, match=r"bpy 5\.3\.0 needs CPython 3\.13, .*pyenv"):
        install("5.3")


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with the shell's own programs only, and a pyenv without versions."""
    for name in ("bin", "pyenv"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def put_program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@needs_a_shell
def test_a_failing_shim_on_path_is_skipped_for_an_interpreter_of_pyenv(
    empty_machine: Path,
) -> None:
    put_program(empty_machine / "bin" / "python3.99", "exit 127")
    assert find_python("3.99") is None

    found = put_program(empty_machine / "pyenv/versions/3.99.1/bin/python", "echo 3.99")
    assert find_python("3.99") == found


@needs_a_shell
def test_an_interpreter_of_another_version_is_not_used(empty_machine: Path) -> None:
    put_program(empty_machine / "bin" / "python3.99", "echo 3.98")
    assert find_python("3.99") is None


@needs_a_shell
def test_an_interpreter_of_uv_is_found(empty_machine: Path) -> None:
    found = put_program(empty_machine / "uv-data" / "python", "echo 3.99")
    put_program(empty_machine / "bin" / "uv", f'test "$*" = "python find 3.99" && echo "{found}"')
    assert find_python("3.99") == found
