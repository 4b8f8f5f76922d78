"""``extery explain``: the documentation of problem codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.codes import all_codes, find


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(extery, ["explain", *arguments], env={"COLUMNS": "100"})


def section(code: str, title: str) -> str:
    """Return the first line below ``title`` on the page of ``code``."""
    lines = explain(code).stdout.splitlines()
    return lines[lines.index(f"{title}:") + 1].strip()


def test_a_page_has_meaning_example_cure_severity_and_silence() -> None:
    result = explain("build.package-packed")

    assert result.exit_code == 0
    assert result.stdout == (
        "build.package-packed: An earlier package is packed into this one.\n\n"
        "Each build grows by the size of the previous one.\n\n"
        "Example:\n  warning: earlier packages would be packed: gear_tool-1.0.0.zip\n"
        "Cure:\n  add '/*.zip' to paths_exclude_pattern\n"
        "Another cure:\n  remove the empty [build], which switches the usual excludes off\n\n"
        "Another message:\n  warning: earlier packages would be packed: <names> and <more> more\n"
        "Cure:\n  add <patterns> to paths_exclude_pattern\n"
        "Another cure:\n  remove the empty [build], which switches the usual excludes off\n\n"
        "Severity:\n  warning, which fails commands with --strict\n"
        "Silence:\n"
        "  in extery.toml beside the manifest, or in [tool.extery.silence] of pyproject.toml\n"
        '  [silence]\n  "build.package-packed" = "why it does not apply here"\n'
    )


def test_a_page_shows_messages_of_other_causes_with_the_names_of_their_values() -> None:
    lines = explain("build.too-large").stdout.splitlines()
    assert "Another message:" not in lines

    lines = explain("build.link-skipped").stdout.splitlines()
    at = lines.index("Another message:")
    assert lines[at + 1] == "  warning: <path> is a symbolic link and is not packed"
    assert lines[at + 2] == "Cure:"


@pytest.mark.parametrize(
    ("code", "severity", "silence"),
    [
        (
            "manifest.id.missing",
            "error, also with 'extery validate --like-blender'",
            "not possible, because it is an error",
        ),
        (
            "package.wheel-missing",
            "error, stricter than Blender's own tools; 'extery validate --like-blender' reports it as a warning",
            "where it is a warning (in builds, or with --like-blender), in extery.toml beside the manifest, or",
        ),
        ("usage.tag-file", "error", "not possible, because it is an error"),
        (
            "image.below-recommended-size",
            "warning",
            "not possible, because the website reports it",
        ),
    ],
)
def test_a_page_explains_the_effect_of_like_blender_and_of_silencing(
    code: str, severity: str, silence: str
) -> None:
    assert section(code, "Severity") == severity
    assert section(code, "Silence") == silence


def test_every_code_has_a_page() -> None:
    for code in all_codes():
        assert explain(code).stdout.startswith(f"{code}: ")


def test_every_code_of_the_command_line_and_of_builds_has_an_example_with_a_cure() -> None:
    codes = [code for code in all_codes() if code.startswith(("usage.", "build."))]

    assert codes
    for code in codes:
        entry = find(code)
        assert entry.message, code
        assert "Cure:" in explain(code).stdout, code


def test_all_codes_are_listed_with_their_severities_and_titles() -> None:
    lines = explain("--all").stdout.splitlines()

    assert [line.split()[0] for line in lines] == list(all_codes())
    [line] = [line for line in lines if line.startswith("build.path-twice ")]
    assert line.split(maxsplit=2)[1:] == ["error", "A path is listed twice"]


def test_json_has_the_whole_table() -> None:
    document = json.loads(explain("--all", "--output-format", "json").stdout)

    pages = {page["code"]: page for page in document["codes"]}
    assert set(pages) == set(all_codes())
    page = pages["build.package-packed"]
    assert set(page) == {
        *("code", "severity", "stricter", "silenceable", "title", "why", "message", "hint"),
        "others",
    }
    assert page["others"][0] == {
        "message": "earlier packages would be packed: gear_tool-1.0.0.zip",
        "hint": "remove the empty [build], which switches the usual excludes off",
    }


def test_an_unknown_code_suggests_similar_ones() -> None:
    result = explain("manifest.id.not-identifer")

    assert result.exit_code == 1
    assert "did you mean manifest.id.not-identifier" in result.stderr
    assert "extery explain --all" in explain("zzz").stderr


def test_a_code_or_all_is_required() -> None:
    assert explain().exit_code == 2
    assert explain("build.path-twice", "--all").exit_code == 2
