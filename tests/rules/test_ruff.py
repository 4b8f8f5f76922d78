"""ruff is found beside Python or in the search path, and whatever it does, the check goes on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from extery.rules.ruff import RuffFinding, find_ruff, run_ruff

NAMES = [("gears.py", b"print(maths)\n"), ("a/b.py", b"x = 1\ny = maths\n")]


def program(folder: Path, script: str) -> Path:
    """Write a program that is called instead of ruff."""
    file = folder / "ruff"
    file.write_text(f"#!{sys.executable}\n{script}\n")
    file.chmod(0o755)
    return file


def test_findings_have_the_paths_of_the_sources() -> None:
    found = run_ruff(NAMES, select="F821", python="3.11")

    assert [(one.path, one.line, one.column) for one in found] == [
        ("gears.py", 1, 7),
        ("a/b.py", 2, 5),
    ]
    assert all(isinstance(one, RuffFinding) and one.code == "F821" for one in found)


@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(2)",
        "print('no JSON')",
        'print(\'[{}, 3, {"filename": "other"}]\')',
        "import time; time.sleep(60)",
    ],
    ids=["fails", "no json", "other rows", "hangs"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_a_program_that_does_something_else_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    file = program(tmp_path, script)
    monkeypatch.setattr("extery.rules.ruff.find_ruff", lambda: str(file))
    monkeypatch.setattr("extery.rules.ruff.TIME_LIMIT", 1.0 if "sleep" in script else 60.0)

    assert run_ruff(NAMES, select="F821", python="3.11") == []


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_a_program_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows would, this search path begins with the folder that is checked."""
    program(tmp_path, "raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    monkeypatch.setattr(sys, "executable", os.fspath(tmp_path / "bin" / "python"))

    assert find_ruff() is None
