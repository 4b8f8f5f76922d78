"""--output-format json, github and sarif, for every command that prints problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import COMMANDS, extery, load_command
from extery.cli.group import CommandGroup
from extery.cli.output import Outcome, prefix_problems
from extery.cli.output.github import workflow_commands
from extery.cli.output.sarif import FINGERPRINT, sarif_document
from extery.core.errors import Problem, Where
from tests.author.trees import make_source
from tests.repository.packages import put


@pytest.fixture(autouse=True)
def _current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the invalid extension ``gears`` and the repository ``repo`` to the current folder."""
    monkeypatch.chdir(tmp_path)
    make_source(tmp_path / "gears", extra='website = ""\n')
    (tmp_path / "repo").mkdir()
    put(tmp_path / "repo", "a.zip")
    (tmp_path / "repo" / "bad.zip").write_text("no zip")


UNKNOWN_BLENDER = ["--dir", "here", "--blender", "four"]
ARGUMENTS = {
    "validate": ["gears"],
    "build": ["gears"],
    "server-generate": ["--repo-dir", "repo"],
    "server-check": ["nowhere"],
    "mirror": ["nowhere", "copy"],
    "repo add": ["nowhere", "--dir", "here", "--blender", "4.2"],
    "config get": ["nothing"],
    **dict.fromkeys(("list", "outdated", "sync"), UNKNOWN_BLENDER),
    **{name: ["gears", *UNKNOWN_BLENDER] for name in ("files", "info", "search")},
}
#: Commands whose output is checked in all formats.
FORMATTED = sorted(ARGUMENTS)


def run(command: str, output_format: str) -> Result:
    arguments = [*command.split(), *ARGUMENTS[command], "--output-format", output_format]
    return CliRunner().invoke(extery, arguments)


@pytest.mark.parametrize("command", FORMATTED)
def test_json_has_the_same_members_for_every_command(command: str) -> None:
    result = run(command, "json")

    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (document["version"], document["command"], document["ok"]) == (1, command, False)
    assert document["counts"]["errors"] == len(document["problems"]) == 1
    assert document["silenced"] == []
    [problem] = document["problems"]
    assert len(problem["fingerprint"]) == 32
    assert set(problem) == {
        *("code", "severity", "message", "hint", "file", "field", "path", "line", "column"),
        *("values", "fingerprint"),
    }


@pytest.mark.parametrize("command", FORMATTED)
@pytest.mark.parametrize("output_format", ["text", "json", "github", "sarif"])
def test_every_outcome_ends_with_a_summary_on_stderr(command: str, output_format: str) -> None:
    assert run(command, output_format).stderr.splitlines()[-1].endswith("Found 1 error.")


@pytest.mark.parametrize("command", FORMATTED)
def test_the_json_option_is_short_for_the_format(command: str) -> None:
    arguments = [*command.split(), *ARGUMENTS[command]]
    short = CliRunner().invoke(extery, [*arguments, "--json"])

    assert json.loads(short.stdout)["command"] == command
    both = CliRunner().invoke(extery, [*arguments, "--json", "--output-format", "github"])
    assert both.exit_code == 2
    assert "exclude each other" in both.stderr


def test_files_of_problems_are_relative_to_the_current_folder() -> None:
    for command in ("validate", "build"):
        [problem] = json.loads(run(command, "json").stdout)["problems"]
        assert problem["file"] == "gears/blender_manifest.toml"
        assert (problem["line"], problem["column"]) == (10, 11)


def test_github_has_one_command_per_problem() -> None:
    [line] = run("validate", "github").stdout.splitlines()

    assert line.startswith(
        "::error title=manifest.website.empty,file=gears/blender_manifest.toml,line=10,col=11::"
        "website must not be empty%0Ahint: "
    )


def test_github_commands_are_escaped() -> None:
    problem = Problem(
        "package.empty",
        "100%0A\r\n::error::x\x1b",
        where=Where("a,b:c%\n.zip"),
        severity="warning",
    )

    text = workflow_commands(Outcome(False, "", problems=prefix_problems([problem])))

    assert text == (
        "::warning title=package.empty,file=a%2Cb%3Ac%25\\n.zip::100%250A\\r\\n::error::x\\x1b"
    )


def check_sarif(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Check the requirements of SARIF 2.1.0 for the members in use; return the results."""
    assert set(document) == {"$schema", "version", "runs"}
    assert document["version"] == "2.1.0"
    [log] = document["runs"]
    driver = log["tool"]["driver"]
    assert isinstance(driver["name"], str)
    assert log["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    identifiers = [rule["id"] for rule in driver["rules"]]
    assert len(identifiers) == len(set(identifiers))
    for rule in driver["rules"]:
        for key in ("shortDescription", "fullDescription", "help"):
            assert rule[key]["text"].endswith((".", rule["id"]))
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    for result in log["results"]:
        assert result["message"]["text"]
        assert identifiers[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert all(isinstance(text, str) for text in result["partialFingerprints"].values())
        for location in result.get("locations", []):
            place = location["physicalLocation"]
            uri = place["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not {" ", "\\", '"', "<", ">"} & set(uri)
            for value in place.get("region", {"startLine": 1}).values():
                assert isinstance(value, int)
                assert value >= 1
        for suppression in result.get("suppressions", []):
            assert suppression["kind"] in ("inSource", "external")
            assert suppression["justification"]
    results: list[dict[str, Any]] = log["results"]
    return results


@pytest.mark.parametrize("command", FORMATTED)
def test_sarif_is_a_valid_log(command: str) -> None:
    [result] = check_sarif(json.loads(run(command, "sarif").stdout))

    assert result["level"] == "error"
    assert FINGERPRINT in result["partialFingerprints"]


def test_sarif_of_a_valid_extension_has_no_results(tmp_path: Path) -> None:
    make_source(tmp_path / "gears")

    result = run("validate", "sarif")

    assert check_sarif(json.loads(result.stdout)) == []
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/ü#?.zip", "a%20b/%C3%BC%23%3F.zip"),
        ("/a b.zip", "file:///a%20b.zip"),
        ("https://example.org/a%20b/index.json", "https://example.org/a%20b/index.json"),
        ("\ud800.zip", "%5Cud800.zip"),
    ],
)
def test_sarif_has_files_as_uris(file: str, uri: str) -> None:
    problems = prefix_problems([Problem("package.empty", "x", where=Where(file, ("\ud800",)))])

    document = sarif_document(Outcome(False, "", problems=problems))

    assert document.encode()
    [result] = check_sarif(json.loads(document))
    found = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert found == uri
    assert unquote(found)


def test_every_command_that_prints_problems_takes_all_formats() -> None:
    for name in sorted(set(COMMANDS) - {"explain", "blender-ext"}):
        command = load_command(name)
        parts = (
            [f"{name} {part}" for part in command.rows]
            if isinstance(command, CommandGroup)
            else [name]
        )
        for part in parts:
            [option] = [p for p in load_command(part).params if p.name == "output_format"]
            assert {"text", "json", "github", "sarif"} <= set(option.type.choices), part  # type: ignore[attr-defined]
