"""``extery test`` with a stand-in for Blender: which one is started, and how its answer is printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner, Result

from extery.author.testing import plan as planning
from extery.blenders.programs import VARIABLE
from extery.cli.app import extery
from tests.blender.tested_add_ons import write_add_on, write_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")

END = {"kind": "step", "name": "end"}
START = {"kind": "start", "version": "5.3.7"}
GOOD = [START, {"kind": "seconds", "import": 0.5, "enable": 0.6, "disable": 0.1}, END]
LEAK = {"kind": "left_over", "what": "timers", "name": "tick", "place": ["__init__.py", 2]}
TESTS = [
    {"kind": "test", "name": "t::a", "outcome": "passed", "seconds": 0.25, "reason": "", "text": "", "place": None},
    {"kind": "test", "name": "t::b", "outcome": "failed", "seconds": 0, "reason": "assert 1", "text": "E x", "place": None},
    {"kind": "test", "name": "t::c", "outcome": "skipped", "seconds": 0, "reason": "later", "text": "", "place": None},
    {"kind": "tests_end", "status": 1, "reason": ""},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _without_blenders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("extery.author.testing.blenders.find_programs", lambda: iter(()))
    monkeypatch.setattr(planning, "make_tools", lambda *_, **__: tmp_path / "tools")


def fake_blender(folder: Path, rows: list[Any], *, series: str = "5.3", end: str = "") -> Path:
    """Write a program beside a folder of a series: it writes these rows as the answer to its job."""
    (folder / series).mkdir(parents=True, exist_ok=True)
    program = folder / "blender"
    program.write_text(
        f"#!{sys.executable} -IS\nimport json, sys\njob = json.load(open(sys.argv[-1]))\n"
        f"rows = json.loads({json.dumps(rows)!r})\n"
        "with open(job['answer'], 'a') as file:\n"
        "    for row in rows:\n        file.write(json.dumps(row) + '\\n')\n"
        f"print(sorted(job))\n{end}"
    )
    program.chmod(0o755)
    return program


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, ["test", *map(str, arguments)])


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_add_on(tmp_path / "gears.zip", "def register():\n    tick()\n")


def test_the_table_has_a_row_for_each_blender(package: Path, tmp_path: Path) -> None:
    new = fake_blender(tmp_path / "new", GOOD)
    old = fake_blender(tmp_path / "old", [{"kind": "start", "version": "4.2.1"}, END], series="4.2")
    result = run(package, "--blender", f"{old},{new}")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Blender  Result  Import  Enable  Disable  Tests  Stays behind  Used",
        "4.2.1    passed  -       -       -        -      nothing       -",
        "5.3.7    passed  500 ms  600 ms  100 ms   -      nothing       -",
    ]
    assert result.stderr.endswith("Tested gear_tool 1.2.3 in 2 Blenders. No problems.\n")


@pytest.mark.parametrize(("options", "status"), [((), 0), (("--strict",), 1)])
def test_what_stays_behind_is_a_warning(
    package: Path, tmp_path: Path, options: tuple[str, ...], status: int
) -> None:
    program = fake_blender(tmp_path / "new", [START, LEAK, END])
    result = run(package, "--blender", program, *options)
    assert result.exit_code == status
    assert (
        f"{package}/__init__.py:2: warning: the timer tick keeps running after disabling (Blender 5.3) [test.left-over]"
        in result.stdout
    )


def test_a_blender_that_ends_early_is_an_error(package: Path, tmp_path: Path) -> None:
    rows = [START, {"kind": "step", "name": "enable"}]
    program = fake_blender(tmp_path / "new", rows, end="sys.exit(0)")
    result = run(package, "--blender", program, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    [problem] = document["problems"]
    assert problem["code"] == "test.ended"
    [blender] = document["blenders"]
    assert (blender["passed"], blender["last_step"], blender["exit_status"]) == (
        *(False, "enable", 0),
    )
    assert document["extension"] == {"id": "gear_tool", "version": "1.2.3"}


def test_tracebacks_of_several_blenders_are_printed_once(tmp_path: Path) -> None:
    project = write_project(tmp_path / "gear_tool")
    path = "/tmp/extery-test-x1/work/blender/extensions/user_default/gear_tool/a.py"
    error = {
        "kind": "error",
        "step": "enable",
        "reason": "E",
        "place": None,
        "text": f'File "{path}"',
    }
    rows = [START, error, *TESTS, END]
    programs = [
        fake_blender(tmp_path / "old", rows, series="4.2"),
        fake_blender(tmp_path / "new", rows),
    ]
    result = run(project, "--blender", ",".join(map(str, programs)))
    text = result.stdout
    assert 'Blender 4.2 and 5.3: enable\n    File "gear_tool/a.py"\n\n' in text
    assert "Blender 4.2 and 5.3: t::b\n    E x\n\n" in text


def test_junit_has_a_suite_with_the_tests_of_each_blender(tmp_path: Path) -> None:
    project = write_project(tmp_path / "gear_tool")
    program = fake_blender(tmp_path / "new", [START, *TESTS, END])
    result = run(project, "--blender", program, "--output-format", "junit")
    root = fromstring(result.stdout)
    assert root.attrib == {"name": "extery", "tests": "4", "failures": "2", "errors": "0"}
    problems, blender = root
    assert problems.get("name") == "extery test"
    assert blender.attrib == {
        "name": "Blender 5.3.7",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    assert [(case.get("name"), [child.tag for child in case]) for case in blender] == [
        ("t::a", []),
        ("t::b", ["failure"]),
        ("t::c", ["skipped"]),
    ]
    assert result.exit_code == 1


def test_lines_that_run_in_some_blender_are_covered(tmp_path: Path) -> None:
    def covered(missing: list[list[int]]) -> list[Any]:
        row = {"kind": "coverage", "file": "a.py", "statements": [[1, 6]], "missing": missing}
        return [START, row, END]

    project = write_project(tmp_path / "gear_tool")
    old = fake_blender(tmp_path / "old", covered([[2, 4]]), series="4.2")
    new = fake_blender(tmp_path / "new", covered([[3, 6]]))
    result = run(project, "--blender", f"{old},{new}", "--cov", "--no-tests")
    assert result.stdout.splitlines()[-3:] == [
        "File  Lines  Run  Not run",
        "a.py  6      66%  3-4",
        "all   6      66%",
    ]


def test_blenders_of_the_variable_are_used_before_those_of_pypi(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(fake_blender(tmp_path / "new", GOOD)))
    assert run(package, "--blender", "5.3").exit_code == 0
    listed = json.loads(run("--list-blenders", "--json").stdout)["blenders"]
    assert [(row["series"], row["state"]) for row in listed] == [
        *(("4.2", "to install"), ("4.5", "to install"), ("5.0", "to install")),
        *(("5.2", "to install"), ("5.3", "program")),
    ]


def test_an_unknown_blender_is_wrong_usage(package: Path) -> None:
    result = run(package, "--blender", "9.9")
    assert result.exit_code == 2
    assert (
        "'9.9' is neither the path of a Blender nor one of 4.2, 4.5, 5.0, 5.2, 5.3."
        in result.stderr
    )


@pytest.mark.parametrize("name", ["~nobody-has-this-name/blender", "x" * 5_000])
def test_a_path_that_cannot_be_read_is_wrong_usage(package: Path, name: str) -> None:
    result = run(package, "--blender", name)
    assert result.exit_code == 2
    assert "is neither the path of a Blender nor one of" in result.stderr


def test_another_wrong_value_in_a_run_is_not_taken_for_a_wrong_blender(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("something else")

    monkeypatch.setattr(planning, "run_in_blender", fail)
    result = run(package, "--blender", fake_blender(tmp_path / "new", GOOD))
    assert result.exit_code != 2
    assert "neither the path" not in result.output


def test_tests_that_do_not_exist_are_wrong_usage(package: Path, tmp_path: Path) -> None:
    result = run(package, "--tests", tmp_path / "nosuch")
    assert result.exit_code == 2
    assert f"'{tmp_path}/nosuch' does not exist." in result.stderr


def test_a_path_in_the_variable_that_is_no_blender_is_named(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_blender(tmp_path / "new", GOOD)
    monkeypatch.setenv(VARIABLE, f"{tmp_path}/wrong:~nobody-has-this-name/blender:{program}")
    for arguments in ([package, "--blender", "5.3"], ["--list-blenders"]):
        result = run(*arguments)
        assert result.exit_code == 0
        for name in (f"{tmp_path}/wrong", "~nobody-has-this-name/blender"):
            assert f"EXTERY_BLENDER names {name}, which is no Blender" in result.stderr
        assert str(program) not in result.stderr


def test_a_failed_test_after_hundreds_that_pass_fails_the_command(tmp_path: Path) -> None:
    project = write_project(tmp_path / "gear_tool")
    passed = [{**TESTS[0], "name": f"t::{number}"} for number in range(700)]
    program = fake_blender(tmp_path / "new", [START, *passed, *TESTS, END])
    result = run(project, "--blender", program)
    assert result.exit_code == 1
    assert "t::b failed: assert 1" in result.stdout


def test_the_output_of_pytest_is_shown_if_it_has_named_no_test(tmp_path: Path) -> None:
    project = write_project(tmp_path / "gear_tool")
    rows = [START, {"kind": "tests_end", "status": 4, "reason": ""}, END]
    program = fake_blender(tmp_path / "new", rows, end="print('unknown option')")
    result = run(project, "--blender", program)
    assert result.exit_code == 1
    assert "unknown option" in result.stdout
    assert "pytest ended with status 4" in result.stdout


def test_a_blender_outside_the_range_is_not_installed(tmp_path: Path) -> None:
    project = write_project(tmp_path / "gear_tool")
    manifest = project / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('"4.2.0"', '"5.0.0"'))
    result = run(project, "--blender", "4.2")
    assert result.exit_code == 1
    assert "Blender 4.2.23 is not in the range of the manifest: 5.0.0 and newer" in result.stderr


def test_a_range_without_blenders_names_the_option(tmp_path: Path) -> None:
    project = write_project(tmp_path / "gear_tool")
    manifest = project / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('"4.2.0"', '"9.0.0"'))
    result = run(project)
    assert result.exit_code == 1
    assert "[test.no-blender]" in result.stderr


@pytest.mark.parametrize(
    ("name", "code"), [("missing.zip", "package.not-found"), ("bad.zip", "package.not-zip")]
)
def test_what_is_no_package_is_reported_before_a_blender_starts(
    tmp_path: Path, name: str, code: str
) -> None:
    (tmp_path / "bad.zip").write_bytes(b"nonsense")
    result = run(tmp_path / name)
    assert result.exit_code == 1
    assert f"[{code}]" in result.stderr
    assert str(tmp_path / name) in result.stderr


def test_a_failed_installation_ends_the_command(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.blenders.environments.find_python", lambda _: None)
    result = run(package, "--blender", "5.3")
    assert result.exit_code == 1
    assert "Installing Blender 5.3 from PyPI: 460 MB to download" in result.stderr
    assert "[environment.no-python]" in result.stderr
