"""All formats of --output-format, for every command that prints problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import COMMANDS, extery, load_command
from extery.cli.group import CommandGroup
from extery.cli.options import FORMATS
from extery.cli.output import Outcome, SilencedProblem, prefix_problems
from extery.cli.output.github import workflow_commands
from extery.cli.output.gitlab import code_quality_report
from extery.cli.output.junit import junit_document
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
@pytest.mark.parametrize("output_format", FORMATS)
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
    # The result of the last three is no list of problems: an empty one would look as if nothing were to be reviewed.
    others = {"explain", "rule", "blender-ext", "diff", "inspect", "sbom"}
    for name in sorted(set(COMMANDS) - others):
        command = load_command(name)
        parts = (
            [f"{name} {part}" for part in command.rows]
            if isinstance(command, CommandGroup)
            else [name]
        )
        for part in parts:
            [option] = [p for p in load_command(part).params if p.name == "output_format"]
            assert set(FORMATS) <= set(option.type.choices), part  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["diff", "inspect", "sbom"])
def test_a_command_whose_result_is_no_list_of_problems_takes_no_format_for_them(name: str) -> None:
    [option] = [one for one in load_command(name).params if one.name == "output_format"]
    assert {"json", "text"} <= set(option.type.choices) <= {"html", "json", "text"}  # type: ignore[attr-defined]


def test_the_rules_of_sarif_have_their_guideline_and_examples() -> None:
    problem = Problem.of("file.nested-archive", where=Where("a.zip"), file="a.zip", format="zip")

    document = json.loads(sarif_document(Outcome(True, "", problems=prefix_problems([problem]))))

    [rule] = document["runs"][0]["tool"]["driver"]["rules"]
    assert rule["helpUri"].startswith("https://")
    assert rule["helpUri"] in rule["help"]["markdown"]
    assert "-- data/textures.zip --" in rule["help"]["markdown"]


# GitLab


def check_gitlab(document: Any) -> list[dict[str, Any]]:
    """Check the members that GitLab documents for Code Quality reports; return the entries."""
    assert isinstance(document, list)
    for entry in document:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert set(entry["location"]) == {"path", "lines"}
        assert entry["location"]["path"]
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in document}) == len(document)
    return document


@pytest.mark.parametrize("command", FORMATTED)
def test_gitlab_gets_a_valid_report(command: str) -> None:
    [entry] = check_gitlab(json.loads(run(command, "gitlab").stdout))

    assert entry["severity"] == "major"
    if command == "validate":
        assert entry["check_name"] == "manifest.website.empty"
        assert entry["location"] == {"path": "gears/blender_manifest.toml", "lines": {"begin": 10}}


def test_equal_problems_are_entries_of_their_own_for_gitlab() -> None:
    problems = prefix_problems([Problem("package.empty", "x\x1b", where=Where("./a.zip"))] * 3)

    entries = check_gitlab(json.loads(code_quality_report(Outcome(False, "", problems=problems))))

    assert [entry["location"]["path"] for entry in entries] == ["a.zip"] * 3
    assert entries[0]["description"] == "x\\x1b"


def test_gitlab_gets_an_empty_list_of_a_valid_extension(tmp_path: Path) -> None:
    make_source(tmp_path / "gears")

    assert check_gitlab(json.loads(run("validate", "gitlab").stdout)) == []


# JUnit


def check_junit(text: str) -> list[ElementTree.Element]:
    """Check the structure of Jenkins' schema for JUnit files; return the test cases."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites"
    assert set(root.attrib) == {"name", "tests", "failures", "errors"}
    [suite] = root
    cases = list(suite)
    assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped"}
    assert int(suite.attrib["tests"]) == len(cases) > 0
    for kind, tag in (("failures", "failure"), ("skipped", "skipped")):
        assert int(suite.attrib[kind]) == len(suite.findall(f"testcase/{tag}"))
    for case in cases:
        assert case.tag == "testcase"
        assert set(case.attrib) == {"name", "classname"}
        assert [child.tag for child in case] in ([], ["failure"], ["skipped"], ["system-out"])
        for failure in case.findall("failure"):
            assert set(failure.attrib) == {"message", "type"}
    return cases


@pytest.mark.parametrize("command", FORMATTED)
def test_junit_has_a_failure_for_an_error(command: str) -> None:
    [case] = check_junit(run(command, "junit").stdout)

    assert case.find("failure") is not None
    if command == "validate":
        assert case.attrib["classname"] == "gears/blender_manifest.toml"
        assert case.findtext("failure", "").startswith("gears/blender_manifest.toml:10:11: ")
        assert case.attrib["name"].startswith("manifest.website.empty: ")


def junit_of(**changes: Any) -> list[ElementTree.Element]:
    problem = Problem(
        "build.caches-packed", "a\x00<\ud800\ufffe", hint="b", where=Where("a&b.py", (), 3)
    )
    [item] = prefix_problems([problem._replace(severity="warning")])
    outcome = Outcome(True, "Checked.", problems=[item])._replace(**changes)
    return check_junit(junit_document(outcome, "validate"))


def test_a_warning_fails_in_junit_only_if_it_fails_the_command() -> None:
    [passed] = junit_of()
    [failed] = junit_of(is_strict=True, ok=False)

    assert [child.tag for child in passed] == ["system-out"]
    assert [child.tag for child in failed] == ["failure"]
    assert passed.findtext("system-out", "").startswith("warning: a&b.py:3: a\\x00<")


def test_a_silenced_warning_is_skipped_in_junit_with_its_reason() -> None:
    [item] = prefix_problems([Problem("build.caches-packed", "x", severity="warning")])

    [case] = junit_of(problems=[], silenced=[SilencedProblem(item, "on purpose")])[1:]

    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.attrib == {"message": "on purpose"}


def test_no_problem_is_a_case_that_passes() -> None:
    [case] = junit_of(problems=[])

    assert (case.attrib["name"], list(case)) == ("Checked.", [])
