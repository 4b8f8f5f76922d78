"""`extery check`: more than `validate` reports, for a place that the extension is made for."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.rules.examples import example_codes, example_text
from extery.rules.registry import all_rules
from tests.rules.example_folders import write_example

ARCHIVE = "[file.nested-archive]"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(extery, ["check", *map(str, arguments)])


def codes(*arguments: object) -> list[str]:
    document = json.loads(run(*arguments, "--json").stdout)
    return [problem["code"] for problem in document["problems"]]


def example(code: str, folder: Path) -> Path:
    return write_example(example_text(code, "bad"), folder)


def test_check_reports_what_validate_does_not(tmp_path: Path) -> None:
    example("file.nested-archive", tmp_path)

    validated = CliRunner().invoke(extery, ["validate", str(tmp_path)])
    checked = run(tmp_path)

    assert ARCHIVE not in validated.output
    assert ARCHIVE in checked.output
    assert checked.exit_code == 0
    assert run(tmp_path, "--strict").exit_code == 1


def test_a_built_package_has_the_findings_of_its_folder_at_the_same_places(tmp_path: Path) -> None:
    folder = example("code.pip", tmp_path / "source")
    package = tmp_path / "gear_tool.zip"
    CliRunner().invoke(extery, ["build", str(folder), "--output-filepath", str(package)])

    places = [
        [(problem["code"], problem["file"], problem["line"]) for problem in found]
        for found in (
            json.loads(run(path, "--json").stdout)["reports"][0]["problems"]
            for path in (folder, package)
        )
    ]

    assert places[0] == places[1]
    assert ("code.pip", "gears.py", 6) in places[0]


def test_a_profile_leaves_out_what_concerns_the_platform_alone(tmp_path: Path) -> None:
    example("code.donation-link", tmp_path)

    assert codes(tmp_path) == ["code.donation-link"]
    assert codes(tmp_path, "--for", "self-hosted") == []


def test_a_theme_has_no_code_to_check(tmp_path: Path) -> None:
    package = tmp_path / "dusk.zip"
    with zipfile.ZipFile(package, "w") as archive:
        from tests.samples.packages import MANIFEST, THEME, XML

        archive.writestr(MANIFEST, THEME)
        archive.writestr("dusk.xml", XML)
        archive.writestr("tool.py", "eval(input())\n")

    assert not [code for code in codes(package) if code.startswith("code.")]


# Suppressions


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# extery: ignore[code.subprocess] it is what this add-on is for", []),
        ("# extery: ignore[code.subprocess]: with a colon", []),
        ("# extery: ignore[code.subprocess]", ["check.no-reason", "code.subprocess"]),
        ("# extery: ignore[code.pip] reason", ["check.unused-suppression", "code.subprocess"]),
        ("# extery: ignore[code.pipp] reason", ["check.unknown-code", "code.subprocess"]),
        ("# extery: ignore[code.subprocess, code.pip] reason", ["check.unused-suppression"]),
    ],
)
@pytest.mark.parametrize("is_alone", [False, True], ids=["behind", "above"])
def test_a_comment_suppresses_a_warning_if_it_gives_a_reason(
    tmp_path: Path, comment: str, expected: list[str], is_alone: bool
) -> None:
    file = example("code.subprocess", tmp_path) / "gears.py"
    lines = file.read_text().split("\n")
    [number] = [n for n, line in enumerate(lines) if "subprocess.run" in line]
    if is_alone:
        lines.insert(number, f"    {comment}")
    else:
        lines[number] += f"  {comment}"
    file.write_text("\n".join(lines))

    assert sorted(codes(tmp_path)) == expected


def test_suppressed_warnings_are_counted_and_are_suppressions_in_sarif(tmp_path: Path) -> None:
    file = example("code.subprocess", tmp_path) / "gears.py"
    file.write_text(
        file.read_text().replace(
            "check=True)", "check=True)  # extery: ignore[code.subprocess] why"
        )
    )

    [result] = json.loads(run(tmp_path, "--output-format", "sarif").stdout)["runs"][0]["results"]

    assert "1 warning silenced" in run(tmp_path).output
    assert result["suppressions"] == [{"kind": "external", "justification": "why"}]


def test_a_silenced_code_that_is_not_reported_is_named(tmp_path: Path) -> None:
    example("code.subprocess", tmp_path)
    (tmp_path / "extery.toml").write_text(
        '[silence]\n"code.subprocess" = "what it is for"\n"code.pip" = "no longer"\n'
    )

    result = run(tmp_path)

    assert "extery.toml silences code.pip" in result.output
    assert "code.subprocess]" not in result.output


# Baselines


def test_a_baseline_hides_known_warnings_wherever_they_move(tmp_path: Path) -> None:
    file = example("code.subprocess", tmp_path) / "gears.py"
    baseline = tmp_path / "extery-baseline.json"

    assert "Wrote 1 warning" in run(tmp_path, "--write-baseline").output
    file.write_text("\n\n" + file.read_text())
    assert codes(tmp_path, "--baseline", baseline) == []

    file.write_text(file.read_text() + "\n\ndef more(text):\n    return eval(text)\n")
    assert codes(tmp_path, "--baseline", baseline) == ["code.dynamic-execution"]


def test_a_baseline_hides_as_many_equal_warnings_as_it_has_and_no_error(tmp_path: Path) -> None:
    file = example("code.interference", tmp_path) / "gears.py"
    baseline = tmp_path / "known.json"
    run(tmp_path, "--baseline", baseline, "--write-baseline")
    file.write_text(file.read_text() + "    bpy.ops.script.reload()\n")
    manifest = tmp_path / "blender_manifest.toml"

    assert codes(tmp_path, "--baseline", baseline) == ["code.interference"]

    manifest.write_text(manifest.read_text().replace("1.0.0", "one", 2))
    run(tmp_path, "--baseline", baseline, "--write-baseline")
    assert run(tmp_path, "--baseline", baseline).exit_code == 1


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2, "problems": []}', "[" * 100_000])
def test_a_file_that_is_no_baseline_is_an_error(tmp_path: Path, content: str) -> None:
    example("code.subprocess", tmp_path)
    (tmp_path / "known.json").write_text(content)

    result = run(tmp_path, "--baseline", tmp_path / "known.json")

    assert result.exit_code == 1
    assert "check.baseline" in result.output


# Fixes

FIXABLE = sorted(
    code for rule in all_rules() if rule.fix for code in rule.codes if code in example_codes()
)


@pytest.mark.parametrize("code", FIXABLE)
def test_the_fix_removes_the_problem_and_causes_no_other(tmp_path: Path, code: str) -> None:
    example(code, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.py")}

    difference = run(tmp_path, "--unsafe-fixes", "--diff")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.py")} == before
    assert "Would fix 1 problem in 1 file." in difference.output

    fixed = run(tmp_path, "--unsafe-fixes")
    assert "Fixed 1 problem in 1 file." in fixed.output
    assert codes(tmp_path) == []


def test_a_fix_that_may_change_what_the_code_does_is_asked_for(tmp_path: Path) -> None:
    example("code.bl-info", tmp_path)

    run(tmp_path, "--fix")
    assert codes(tmp_path) == ["code.bl-info"]

    run(tmp_path, "--unsafe-fixes")
    assert codes(tmp_path) == []


def test_a_fix_keeps_line_ends_marks_modes_and_all_other_text(tmp_path: Path) -> None:
    file = example("code.preferences-name", tmp_path) / "gears.py"
    text = "\ufeff# Zähne\r\nNAME = 'gear_tool'\r\n\r\n\r\ndef get(context):\r\n    return context.preferences.addons['gear_tool'] # ä\r\n"
    file.write_bytes(text.encode())
    file.chmod(0o755)

    run(tmp_path, "--fix")

    assert file.read_bytes().decode() == text.replace("addons['gear_tool']", "addons[__package__]")
    assert file.stat().st_mode & 0o777 == 0o755


def test_packages_are_never_changed(tmp_path: Path) -> None:
    folder = example("code.self-import", tmp_path / "source")
    package = tmp_path / "gear_tool.zip"
    CliRunner().invoke(extery, ["build", str(folder), "--output-filepath", str(package)])
    before = package.read_bytes()

    run(package, "--fix")

    assert package.read_bytes() == before
