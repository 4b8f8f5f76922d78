"""`extery test` in real Blenders: every leak is named, a clean add-on has none, and a hostile one leaves nothing running."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.author.testing.problems import find_problems
from extery.author.testing.results import Answer
from extery.author.testing.run import Options, Program, Subject, run_in_blender
from extery.author.testing.supervise import Limits, find_sandbox
from extery.cli.app import extery
from extery.core.errors import Problem
from tests.blender.install import ENDS, installed
from tests.blender.series import parameters
from tests.blender.tested_add_ons import (
    LEAKS,
    LEAKY,
    TESTS,
    write_add_on,
    write_leaky,
    write_project,
)
from tests.parts import require_part

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(sys.platform != "linux", reason="the expected processes are those of Linux"),
]
NEWEST = ENDS[1]
#: Seconds that no test needs, except those that hang.
LONG = 280.0
ends = pytest.mark.parametrize("series", parameters(ENDS))


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of a test stays on disk or keeps running."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert [*folder.iterdir()] == []
    mark, running = str(folder).encode(), []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            running += [path] if mark in path.read_bytes() else []
    assert running == []


def answer_of(
    package: Path, series: str = NEWEST, *, limits: Limits = Limits(seconds=LONG)
) -> tuple[Answer, list[Problem]]:
    """Return what the test of a package in a Blender finds."""
    require_part(f"blender-{series}")
    subject = Subject(package, "gear_tool", "add-on", package.stat().st_size)
    program = Program(series, installed(series).python, None)
    answer = run_in_blender(program, subject, None, Options(limits, find_sandbox()))
    problems = find_problems({series: answer}, id_="gear_tool", declared=(), limits=limits)
    return answer, problems


def line_of(code: str, text: str) -> int:
    return next(n for n, line in enumerate(code.splitlines(), 1) if line.strip() == text)


@ends
def test_every_leak_is_named_with_its_line(series: str, tmp_path: Path) -> None:
    answer, problems = answer_of(write_leaky(tmp_path / "leaky.zip"), series)
    found = {
        (dict(p.values)["what"], dict(p.values)["name"]): p.where.line
        for p in problems
        if p.code == "test.left-over"
    }
    assert found == {leak: line_of(LEAKY, line) for line, leak in LEAKS.items()}
    [again] = [p for p in problems if p.code == "test.failed"]
    assert "a second time: ValueError" in again.message
    assert {(row.permission, row.detail.rpartition("/")[2]) for row in answer.observed} == {
        ("files", "leaky.log"),
        ("programs", "sleep 300"),
    }


def test_a_clean_add_on_has_no_problem_and_its_tests_run_inside(tmp_path: Path) -> None:
    for series in ENDS:
        require_part(f"blender-{series}")
    project = write_project(tmp_path / "gear_tool_src")
    arguments = ["test", str(project), "--blender", ",".join(ENDS), "--cov", "--json"]
    done = CliRunner().invoke(extery, [*arguments, "--time-limit", str(LONG)])
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {p["code"] for p in document["problems"]} == {"test.test-failed"}
    assert {(p["file"], p["line"]) for p in document["problems"]} >= {
        (str(project / "tests/test_gears.py"), line_of(TESTS, "assert count(twelve) == 25"))
    }
    for blender in document["blenders"]:
        assert [test["outcome"] for test in blender["tests"]] == [
            *("passed", "failed", "skipped", "error")
        ]
        assert blender["left_overs"] == blender["observed"] == blender["errors"] == []
        assert blender["last_step"] == "end"
    assert document["coverage"]["teeth.py"] == {"lines": 4, "missing": [4]}
    assert not [*project.rglob("__pycache__"), *project.rglob(".pytest_cache")]


def register(body: str, *, unregister: str = "pass") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"import os\n\ndef register():\n{lines}\ndef unregister():\n    {unregister}\n"


HOSTILE = {
    "crash": (register("import ctypes\nctypes.string_at(0)"), "test.ended", "Segmentation fault"),
    "exit": (register("os._exit(0)"), "test.ended", "exit status 0"),
    "system-exit": (register("raise SystemExit('bye')"), "test.failed", "SystemExit: bye"),
    "disk": (
        register(
            "with open(os.path.expanduser('~/x'), 'wb') as file:\n"
            "    while True:\n        file.write(bytes(1_000_000))"
        ),
        "test.failed",
        r"No space left|File too large",
    ),
    "kills-its-parent": (
        register("os.kill(os.getppid(), 9)\nos.kill(os.getpid(), 9)"),
        "test.ended",
        "SIGKILL",
    ),
    "forks": (
        register(
            "for _ in range(300):\n    if not os.fork():\n        import time; time.sleep(300)"
        ),
        "test.limit",
        "more than 200 processes|needed more memory",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_add_on_ends_in_a_report(name: str, tmp_path: Path) -> None:
    code, expected, message = HOSTILE[name]
    package = write_add_on(tmp_path / f"{name}.zip", code)
    answer, problems = answer_of(package, limits=Limits(seconds=LONG, disk=60_000_000))
    [problem] = [p for p in problems if p.code == expected]
    assert answer.version.startswith(NEWEST)
    assert re.search(message, problem.message)


def test_one_that_never_returns_from_unregister_is_ended_with_its_line(tmp_path: Path) -> None:
    code = register("pass", unregister="import time; time.sleep(1_000)")
    package = write_add_on(tmp_path / "hangs.zip", code)
    _, [problem] = answer_of(package, limits=Limits(seconds=25.0))
    assert problem.code == "test.limit"
    assert problem.message.startswith("disabling did not end within 25 seconds")
    assert (problem.where.file, problem.where.line) == (
        "__init__.py",
        line_of(code, "import time; time.sleep(1_000)"),
    )


def test_100_megabytes_of_output_are_counted_and_not_kept(tmp_path: Path) -> None:
    code = register("print('x' * 100_000_000)")
    answer, problems = answer_of(write_add_on(tmp_path / "prints.zip", code))
    assert answer.is_complete
    assert problems == []
    assert answer.ended.printed > 100_000_000
    assert len(answer.ended.output) < 100_000
