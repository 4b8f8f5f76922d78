"""Pythons are found by running them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from extery.blenders.pythons import find_python

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs here are shell scripts")


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


def test_a_failing_shim_on_path_is_skipped_for_an_interpreter_of_pyenv(
    empty_machine: Path,
) -> None:
    put_program(empty_machine / "bin" / "python3.99", "exit 127")
    assert find_python("3.99") is None

    found = put_program(empty_machine / "pyenv/versions/3.99.1/bin/python", "echo 3.99")
    assert find_python("3.99") == found


def test_an_interpreter_of_another_version_is_not_used(empty_machine: Path) -> None:
    put_program(empty_machine / "bin" / "python3.99", "echo 3.98")
    assert find_python("3.99") is None


def test_an_interpreter_of_uv_is_found(empty_machine: Path) -> None:
    found = put_program(empty_machine / "uv-data" / "python", "echo 3.99")
    put_program(empty_machine / "bin" / "uv", f'test "$*" = "python find 3.99" && echo "{found}"')
    assert find_python("3.99") == found
