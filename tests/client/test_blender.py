"""Actions inside Blender: which program is run, and what happens if it fails. Real ones: `test_blender_repositories`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from extery.blenders.programs import VARIABLE
from extery.client.blender import run_in_blender
from extery.client.targets import Target
from extery.core.errors import ExteryError
from tests.client.samples import make_target
from tests.waiting import is_alive, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")

#: Writes the answer of a Blender; the last argument is the job.
ANSWER = """#!{python}
import json, os, sys
job = json.load(open(sys.argv[-1]))
answer = {answer}
open(job["answer"], "w").write(answer if isinstance(answer, str) else json.dumps(answer))
"""
SHOW = """{"result": {
    "arguments": sys.argv[1:-1], "job": job,
    "environ": {k: v for k, v in os.environ.items() if k.startswith(("BLENDER", "PYTHON"))},
}}"""


def make_program(folder: Path, answer: str = SHOW, *, name: str = "blender", end: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(ANSWER.format(python=sys.executable, answer=answer) + end)
    path.chmod(0o755)
    return path


def run(target: Target, program: Path | None = None, **environ: str) -> dict[str, object]:
    """Return what `SHOW` shows."""
    shown: dict[str, object] = run_in_blender(
        target, "repositories", program=program, environ=environ, some="argument"
    )
    return shown


def error_of(target: Target, program: Path, seconds: float = 60.0) -> ExteryError:
    with pytest.raises(ExteryError) as caught:
        run_in_blender(target, "repositories", program=program, time_limit=seconds, environ={})
    return caught.value


def test_a_blender_runs_the_script_without_a_window(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    shown = run(target, make_program(tmp_path), PYTHONPATH="/evil", BLENDER_USER_CONFIG="/c")
    first, second, script, last = shown["arguments"]  # type: ignore[misc]
    assert [first, second, last] == ["-b", "--python", "--"]
    assert Path(script).name == "script.py"
    job = shown["job"]
    assert isinstance(job, dict)
    assert job["action"] == "repositories"
    assert (job["arguments"], job["series"]) == ({"some": "argument"}, [4, 2])
    assert not Path(job["answer"]).parent.exists()
    assert shown["environ"] == {
        "BLENDER_USER_RESOURCES": str(tmp_path),
        "BLENDER_USER_CONFIG": "/c",
    }


def test_a_python_runs_the_script_isolated(tmp_path: Path) -> None:
    program = make_program(tmp_path, name="python3.11")
    arguments = run(make_target(tmp_path), program)["arguments"]
    assert isinstance(arguments, list)
    assert [arguments[0], Path(arguments[1]).name] == ["-I", "script.py"]


def test_a_folder_of_another_name_is_given_as_the_folder_of_extensions(tmp_path: Path) -> None:
    target = Target(tmp_path / "farm", (4, 2, 99))
    environ = run(target, make_program(tmp_path))["environ"]
    assert environ == {"BLENDER_USER_EXTENSIONS": str(target.folder)}


def test_the_folder_of_the_environment_keeps_its_preferences(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    own = {"BLENDER_USER_EXTENSIONS": str(target.folder)}
    assert run(target, make_program(tmp_path), **own)["environ"] == own


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('"{"', "blender.failed"),
        ("[]", "blender.failed"),
        ('"[" * 100_000', "blender.failed"),
        ('"x" * 9_000_000', "blender.failed"),
        ('{"error": "Traceback\\nKeyError: 7"}', "blender.failed"),
        ('{"refusal": "version", "version": "5.0.1"}', "blender.version"),
        ('{"refusal": "preferences", "version": "4.2.23"}', "blender.preferences"),
    ],
)
def test_an_answer_without_a_result_is_an_error(tmp_path: Path, answer: str, code: str) -> None:
    assert error_of(make_target(tmp_path), make_program(tmp_path, answer)).code == code


def test_a_crash_after_the_answer_does_not_matter(tmp_path: Path) -> None:
    crash = "os.kill(os.getpid(), 11)\n"
    program = make_program(tmp_path, '{"result": 7}', end=crash)
    assert run_in_blender(make_target(tmp_path), "repositories", program=program) == 7


def test_a_crash_before_the_answer_is_named(tmp_path: Path) -> None:
    program = tmp_path / "blender"
    program.write_text("#!/bin/sh\necho first\necho last words\nkill -SEGV $$\n")
    program.chmod(0o755)
    error = error_of(make_target(tmp_path), program)
    assert error.code == "blender.failed"
    assert "SIGSEGV" in str(error)
    assert "last words" in str(error)


def test_a_blender_that_hangs_is_ended_with_its_processes(tmp_path: Path) -> None:
    program, pids = tmp_path / "blender", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {pids}\nwait\n")
    program.chmod(0o755)
    error = error_of(make_target(tmp_path), program, seconds=5.0)
    assert error.code == "blender.time-out"
    pid = int(pids.read_text())
    wait_until(lambda: not is_alive(pid))


def test_what_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    (tmp_path / "blender").touch()
    codes = {error_of(target, tmp_path / name).code for name in ("blender", "none")}
    assert codes == {"blender.not-started"}


def test_without_any_blender_the_error_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ExteryError) as caught:
        run_in_blender(make_target(tmp_path), "repositories", environ={"HOME": str(tmp_path)})
    assert caught.value.code == "blender.not-found"
    assert VARIABLE in caught.value.problems[0].hint


def test_the_variable_names_several_and_the_right_one_is_taken(tmp_path: Path) -> None:
    wrong = make_program(tmp_path / "a", '{"refusal": "version", "version": "5.0.1"}')
    right = make_program(tmp_path / "b", '{"result": "right"}')
    environ = {VARIABLE: os.pathsep.join([str(wrong), str(right)])}
    assert run_in_blender(make_target(tmp_path), "repositories", environ=environ) == "right"


def test_every_blender_that_the_variable_names_is_tried(tmp_path: Path) -> None:
    other = '{"refusal": "version", "version": "5.0.1"}'
    wrong = [make_program(tmp_path / f"wrong{number}", other) for number in range(5)]
    right = make_program(tmp_path / "right", '{"result": "right"}')
    environ = {VARIABLE: os.pathsep.join(map(str, [*wrong, right]))}
    assert run_in_blender(make_target(tmp_path), "repositories", environ=environ) == "right"


def test_a_blender_of_another_series_is_started_only_if_there_is_no_other(tmp_path: Path) -> None:
    log = f"open({str(tmp_path / 'started')!r}, 'a').write('x')\n"
    wrong = make_program(tmp_path / "wrong", '{"refusal": "version", "version": "5.3.0"}', end=log)
    (wrong.parent / "5.3").mkdir()
    right = make_program(tmp_path / "right", '{"result": "right"}')
    target = make_target(tmp_path)
    environ = {VARIABLE: os.pathsep.join(map(str, [wrong, right]))}
    assert run_in_blender(target, "repositories", environ=environ) == "right"
    assert not (tmp_path / "started").exists()
    with pytest.raises(ExteryError) as caught:
        run_in_blender(target, "repositories", environ={VARIABLE: str(wrong)})
    assert caught.value.code == "blender.version"
    assert "5.3.0" in caught.value.problems[0].message


def test_the_job_of_an_action_is_private(tmp_path: Path) -> None:
    mode = "oct(os.stat(os.path.dirname(sys.argv[-1])).st_mode & 0o077)"
    program = make_program(tmp_path, f'{{"result": {mode}}}')
    target = make_target(tmp_path)
    assert run_in_blender(target, "write_repositories", program=program, rows=[]) == "0o0"
