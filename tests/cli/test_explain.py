"""``extery explain``, as a person or a script uses it."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.codes import all_codes


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(extery, ["explain", *arguments], env={"COLUMNS": "100"})


def test_a_page_has_title_reason_example_and_hint() -> None:
    result = explain("build.path-twice")

    assert result.exit_code == 0
    assert result.stdout == (
        "build.path-twice (error)\n\nA path is listed twice.\n\n"
        "Why: Blender's build refuses it too. Wheels count as listed, and paths that differ in case only are\n"
        "  one file on Windows and macOS.\n\n"
        "Example: './a.py' is already listed in paths\nHint: remove it from paths\n"
    )


def test_every_code_has_a_page() -> None:
    for code in all_codes():
        assert explain(code).stdout.startswith(code)


def test_all_codes_are_listed_with_their_titles() -> None:
    lines = explain("--all").stdout.splitlines()

    assert [line.split()[0] for line in lines] == list(all_codes())


def test_json_has_the_whole_table() -> None:
    document = json.loads(explain("--all", "--output-format", "json").stdout)

    assert {page["code"] for page in document["codes"]} == set(all_codes())
    assert set(document["codes"][0]) == {
        *("code", "severity", "stricter", "title", "why", "message", "hint")
    }


def test_an_unknown_code_is_answered_with_those_that_are_close() -> None:
    result = explain("manifest.id.not-identifer")

    assert result.exit_code == 1
    assert "did you mean manifest.id.not-identifier" in result.stderr
    assert "extery explain --all" in explain("zzz").stderr


def test_a_code_or_all_is_needed() -> None:
    assert explain().exit_code == 2
    assert explain("build.path-twice", "--all").exit_code == 2
