"""The project file: defaults of options, and silenced warnings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.cli.project_file import read_project_config
from tests.author.trees import make_source
from tests.repository.packages import put
from tests.samples.packages import PACKAGES

WARNING = '[build]\npaths_exclude_pattern = ["./docs"]\n'
CODE = "build.pattern-without-effect"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, list(arguments))


@pytest.fixture(autouse=True)
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the extension ``gears`` to the current folder; its build has one warning."""
    monkeypatch.chdir(tmp_path)
    return make_source(tmp_path / "gears", extra=WARNING)


def write(text: str, name: str = "extery.toml") -> None:
    Path("gears", name).write_text(text, "utf-8")


def errors_of(result: Result) -> list[str]:
    assert result.exit_code == 1, result.output
    return [line for line in result.output.splitlines() if ": error: " in line]


def test_options_come_from_the_file_beside_the_manifest() -> None:
    Path("gears/dist").mkdir()
    write('[build]\noutput-dir = "dist"\nverbose = true\n')

    result = run("build", "gears")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("created gears/dist/gear_tool-1.2.3.zip")
    assert "sha256" in result.stdout


def test_pyproject_can_contain_the_same_options() -> None:
    write('[project]\nname = "x"\n[tool.extery.build]\nverbose = true\n', "pyproject.toml")

    assert "sha256" in run("build", "gears").stdout


def test_the_command_line_overrides_the_file() -> None:
    write('output-format = "json"\n[build]\noutput-dir = "__init__.py"\n')

    assert json.loads(run("build", "gears").stdout)["ok"] is False
    given = run("build", "gears", "--output-dir", ".", "--output-format", "text")
    assert given.stdout.startswith("created gear_tool-1.2.3.zip")


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "gears", "--output-filepath", "a.zip"),
        ("validate", "gears", "--json"),
        ("validate", "gears", "--html"),
    ],
)
def test_an_option_that_excludes_another_replaces_its_default(arguments: tuple[str, ...]) -> None:
    write('output-format = "sarif"\n[build]\noutput-dir = "none"\n')

    result = run(*arguments)

    assert result.exit_code == 0, result.output
    assert ("runs" in result.stdout) is (arguments[0] == "build")


def test_the_file_can_be_ignored() -> None:
    write('output-format = "nonsense"\n')

    assert run("build", "gears", "--no-config").exit_code == 0


def test_other_commands_take_the_file_of_their_folder(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    Path("extery.toml").write_text("[server-generate]\nhtml = true\nlock-timeout = 3\n")

    assert run("server-generate", "--repo-dir", ".").exit_code == 0
    assert (tmp_path / "index.html").exists()


def test_a_format_that_a_command_does_not_have_is_ignored() -> None:
    Path("extery.toml").write_text('output-format = "sarif"\n')

    assert run("explain", "manifest.id.missing").stdout.startswith("manifest.id.missing: ")


def test_a_silenced_warning_is_counted_and_does_not_fail_a_strict_build() -> None:
    write(f'[silence]\n"{CODE}" = "the pattern is for another tool"\n')

    result = run("build", "gears", "--strict")

    assert result.exit_code == 0
    assert result.stderr == "Built 1 package. No problems, 1 warning silenced.\n"


def test_json_and_sarif_have_silenced_warnings_with_their_reason() -> None:
    write(f'[silence]\n{CODE} = "for another tool"\n')

    [silenced] = json.loads(run("build", "gears", "--json").stdout)["silenced"]
    assert (silenced["code"], silenced["reason"]) == (CODE, "for another tool")
    log = json.loads(run("build", "gears", "--output-format", "sarif").stdout)
    [result] = log["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "for another tool"}]


def test_a_silenced_warning_is_no_part_of_the_result_in_any_format() -> None:
    write(f'[silence]\n"{CODE}" = "for another tool"\n')

    document = json.loads(run("validate", "gears", "--json").stdout)
    [report] = document["reports"]
    assert (report["problems"], report["silenced"]) == ([], 1)
    assert (document["problems"], document["counts"]["silenced"]) == ([], 1)
    assert run("validate", "gears", "--output-format", "github").stdout.strip() == ""
    assert CODE not in run("validate", "gears").output
    assert run("validate", "gears", "--html").stdout.count("<li>") == 0
    log = json.loads(run("validate", "gears", "--output-format", "sarif").stdout)
    assert all("suppressions" in result for result in log["runs"][0]["results"])


def test_a_report_has_the_warnings_that_are_not_silenced() -> None:
    [report] = json.loads(run("validate", "gears", "--json").stdout)["reports"]

    assert ([item["code"] for item in report["problems"]], report["silenced"]) == ([CODE], 0)


def test_blenders_message_protocol_leaves_out_silenced_warnings(tmp_path: Path) -> None:
    put(tmp_path, "a.ZIP")
    arguments = ["server-generate", "--repo-dir", ".", "--output-type", "TEXT"]
    assert "WARN" in run(*arguments).stdout
    Path("extery.toml").write_text('[silence]\n"generate.suffix-uppercase" = "known"\n')

    assert run(*arguments).stdout == "found 0 packages.\n"


def test_each_path_uses_its_own_project_file(tmp_path: Path) -> None:
    make_source(tmp_path / "other", "data/a.txt", extra=WARNING)
    write(f'[silence]\n"{CODE}" = "here only"\n')

    result = run("validate", "gears", "other", "--json")

    document = json.loads(result.stdout)
    assert [item["file"] for item in document["silenced"]] in ([], ["gears/blender_manifest.toml"])
    assert all(item["file"].startswith("other/") for item in document["problems"])


def test_an_error_that_is_stricter_than_blender_is_silenced_as_a_warning_only() -> None:
    Path("x.zip").write_bytes(PACKAGES["path.unsafe"]())
    Path("extery.toml").write_text('[silence]\n"path.unsafe" = "known"\n')

    assert "[path.unsafe]" in run("validate", "x.zip").stdout
    lenient = run("validate", "x.zip", "--like-blender", "--strict")
    assert "[path.unsafe]" not in lenient.stdout
    assert "1 warning silenced" in lenient.stderr


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            '[silence]\n"manifest.id.missing" = "x"\n',
            "2:1",
            "manifest.id.missing is an error and cannot",
        ),
        (f'[silence]\n"{CODE}" = ""\n', "2:34", f"the reason for silencing {CODE} must be a str"),
        (f'[silence]\n"{CODE}" = 3\n', "2:34", f"the reason for silencing {CODE} must be a str"),
        ('[silence]\n"build.patern" = "x"\n', "2:1", "there is no problem code 'build.patern'"),
        ("silence = 3\n", "1:11", "silence must be a table, found 3"),
        ("[build]\noutpt-dir = 'x'\n", "2:1", "'outpt-dir' is not an option of Extery"),
        ("[biuld]\n", "1:1", "'biuld' is not an option of Extery"),
        ("[build]\nstrict = 'yes'\n", "2:10", "strict must be true or false, found 'yes'"),
        ("[build]\noutput-dir = 3\n", "2:14", "output-dir must be a string, found 3"),
        ("output-format = 'xml'\n", "1:17", "output-format is wrong: 'xml' is not one of"),
        ("[build]\naccess-token = 'x'\n", "2:1", "'access-token' is not an option"),
        ("[build\n", "1:7", "extery.toml is not valid TOML: "),
    ],
)
def test_an_error_in_the_file_is_reported_with_its_place(
    text: str, place: str, message: str
) -> None:
    write(text)

    [line] = errors_of(run("build", "gears"))

    assert line.startswith(f"gears/extery.toml:{place}: error: {message}")


def test_a_similar_key_is_suggested_with_the_source_line() -> None:
    write("[build]\noutpt-dir = 'x'\n")

    lines = run("build", "gears").stderr.splitlines()

    assert "2 | outpt-dir = 'x'" in lines
    assert "  hint: did you mean output-dir?" in lines


def test_all_errors_are_reported_at_once() -> None:
    write('more = 1\n[silence]\n"manifest.id.missing" = "x"\n"x.y" = "z"\n')

    assert len(errors_of(run("build", "gears"))) == 3


def test_two_project_files_are_an_error() -> None:
    write("")
    write("[tool.extery]\n", "pyproject.toml")

    [line] = errors_of(run("build", "gears"))
    assert "extery.toml and [tool.extery] in pyproject.toml exclude each other" in line


@pytest.mark.parametrize(
    "text",
    [
        "[tool.extery.build]\nverbose = true\n",
        "[ tool . 'extery'.build]\nverbose = true\n",
        '["tool"."extery".build]\nverbose = true\n',
        "[tool]\nextery.build.verbose = true\n",
        "tool = { extery = { build = { verbose = true } } }\n",
        "tool.extery.build.verbose = true\n",
    ],
)
def test_every_notation_of_the_table_is_read(text: str) -> None:
    write(text, "pyproject.toml")

    assert "sha256" in run("build", "gears").stdout


@pytest.mark.parametrize("text", ["[project]\n", "# extery\n", "[tool]\n", "tool = 3\n"])
def test_a_pyproject_without_the_table_is_ignored(text: str) -> None:
    write(text, "pyproject.toml")

    assert run("build", "gears").exit_code == 0


def test_a_project_file_that_cannot_be_read_is_an_error() -> None:
    Path("gears/extery.toml").mkdir()

    [line] = errors_of(run("build", "gears"))
    assert "[usage.config-unreadable]" in line


def test_a_project_file_that_is_too_large_is_not_read() -> None:
    write("#" * ((1 << 20) + 1))

    [line] = errors_of(run("build", "gears"))
    assert "it has more than 1,048,576 bytes" in line


def test_a_long_pyproject_file_is_read(tmp_path: Path) -> None:
    """Manifests have a lower limit."""
    text = "[tool.extery.validate]\nlike-blender = true\n" + "# a comment\n" * 40_000
    (tmp_path / "pyproject.toml").write_text(text)

    config = read_project_config(
        tmp_path, commands=["validate"], option_names=lambda _: ("like-blender",)
    )
    assert config.tables == {"validate": {"like-blender": True}}


def test_finding_the_table_takes_linear_time_in_empty_lines(tmp_path: Path) -> None:
    """It took minutes."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'extery'\n" + "\n" * 1_000_000)

    assert read_project_config(tmp_path, commands=[], option_names=lambda _: ()).file is None
