"""`extery check`: more than `validate` reports, for a place that the extension is made for."""

from __future__ import annotations

import difflib
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


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path_factory.mktemp("cache")))


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

#: In their examples there is nothing to change: no patterns, or platforms that are listed already.
WITHOUT_FIX = {"package.wheel-missing", "file.redundant", "module.platform", "module.python"}
FIXABLE = sorted(
    {code for rule in all_rules() if rule.fix for code in rule.codes}
    & (example_codes() - WITHOUT_FIX)
)


@pytest.mark.parametrize("code", FIXABLE)
def test_the_fix_removes_the_problem_and_causes_no_other(tmp_path: Path, code: str) -> None:
    example(code, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}

    difference = run(tmp_path, "--unsafe-fixes", "--diff")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
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


MISTAKES = """schema_version = "1.0" # schema
id = "gear_tool"
version = "1.0.0"
name = "Gear Tool"
tagline = "Makes gears."
author = "Ada Smith"
type = "add-on"
license = ["GPL-3.0"]
blender_version_min = "4.2.0"
"""


def with_mistakes(folder: Path) -> Path:
    example("code.preferences-name", folder)
    (folder / "blender_manifest.toml").write_text(MISTAKES)
    return folder / "blender_manifest.toml"


def test_a_difference_is_exactly_what_a_fix_does_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    file = with_mistakes(folder)
    before = {path: path.read_text() for path in folder.rglob("*.*")}

    difference = [
        line for line in run(folder, "--diff").stdout.splitlines() if line[:1] in ("+", "-")
    ]
    assert {path: path.read_text() for path in folder.rglob("*.*")} == before
    result = run(folder, "--fix")

    after = {path: path.read_text() for path in folder.rglob("*.*")}
    expected: list[str] = []
    for path in sorted(path for path in after if after[path] != before[path]):
        lines = difflib.unified_diff(
            before[path].splitlines(),
            after[path].splitlines(),
            f"a/{path.name}",
            f"b/{path.name}",
            lineterm="",
        )
        expected += [line for line in lines if line[:1] in ("+", "-")]
    assert difference == expected
    assert {line.partition(" ")[2] for line in difference if line.startswith("+++")} == {
        f"b/{file.name}",
        "b/gears.py",
    }
    assert "Fixed 4 problems in 2 files." in result.output
    assert "1 problem can be fixed with --unsafe-fixes." in result.output
    assert "Fixed 0 problems in 0 files." in run(folder, "--fix").output


def test_what_can_be_fixed_is_marked_and_counted(tmp_path: Path) -> None:
    with_mistakes(tmp_path)

    result = run(tmp_path)

    assert "[manifest.tagline.trailing-punctuation] [*]" in result.output
    assert "[manifest.license.deprecated]\n" in result.output
    assert "[*] 4 problems can be fixed with --fix (1 more with --unsafe-fixes)." in result.output
    found = json.loads(run(tmp_path, "--json").stdout)["problems"]
    fixes = {problem["code"]: problem["fix"] for problem in found}
    assert fixes["manifest.maintainer.missing"] == "safe"
    assert fixes["manifest.license.deprecated"] == "unsafe"


def test_a_byte_order_mark_goes_first_and_then_what_it_hid(tmp_path: Path) -> None:
    file = with_mistakes(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert "Fixed 5 problems in 2 files." in run(tmp_path, "--fix").output
    data = file.read_bytes()
    assert data.startswith(b'schema_version = "1.0.0" # schema\r\n')
    assert data.count(b"\n") == data.count(b"\r\n") == MISTAKES.count("\n")


def test_a_manifest_alone_is_fixed_too(tmp_path: Path) -> None:
    file = with_mistakes(tmp_path).rename(tmp_path / "mine.toml")

    assert "[manifest.tagline.trailing-punctuation] [*]" in run(file).output
    assert '+tagline = "Makes gears"' in run(file, "--diff").stdout
    assert file.read_text() == MISTAKES
    result = run(file, "--unsafe-fixes")

    assert "Fixed 4 problems in 1 file." in result.output
    assert "No problems" in result.output
    assert 'maintainer = "Ada Smith"' in file.read_text()


def test_a_read_only_file_is_named_and_stays(tmp_path: Path) -> None:
    file = with_mistakes(tmp_path)
    file.chmod(0o444)

    result = run(tmp_path, "--fix")

    assert result.exit_code == 1
    assert "blender_manifest.toml could not be written: it is read-only" in result.output
    assert file.read_text() == MISTAKES


def test_a_text_that_an_editor_saved_meanwhile_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = with_mistakes(tmp_path)
    monkeypatch.setattr(
        "extery.author.fix._writable_mode", lambda _path: file.write_text("id = 'mine'") and 0o644
    )

    result = run(tmp_path, "--fix")

    assert "blender_manifest.toml has changed since it was checked" in result.output
    assert file.read_text() == "id = 'mine'"
    assert not list(tmp_path.glob(".*"))


def test_forgotten_wheels_are_listed_and_moved_ones_found_again(tmp_path: Path) -> None:
    example("wheel.shipped", tmp_path)
    manifest = tmp_path / "blender_manifest.toml"
    [wheel] = (tmp_path / "wheels").iterdir()
    other = wheel.with_name("gears-1.0-py3-none-any.whl")
    wheel.rename(other)
    text = manifest.read_text().replace(f"./wheels/{wheel.name}", f"./old/{other.name}")
    manifest.write_text(text)

    run(tmp_path, "--fix")
    assert f'"./wheels/{other.name}"' in manifest.read_text()

    (tmp_path / "wheels" / "cogs-1.0-py3-none-any.whl").write_bytes(other.read_bytes())
    run(tmp_path, "--fix")
    assert "cogs" not in manifest.read_text()
    run(tmp_path, "--unsafe-fixes")
    assert "./wheels/cogs-1.0-py3-none-any.whl" in manifest.read_text()


def test_files_are_left_out_by_a_pattern_only_where_there_are_patterns(tmp_path: Path) -> None:
    example("file.redundant", tmp_path)
    manifest = tmp_path / "blender_manifest.toml"
    text = manifest.read_text()

    run(tmp_path, "--unsafe-fixes")
    assert manifest.read_text() == text

    manifest.write_text(f'{text}\n[build]\npaths_exclude_pattern = ["*.blend1"] # mine\n')
    run(tmp_path, "--unsafe-fixes")
    assert 'paths_exclude_pattern = ["*.blend1", "*.psd"] # mine' in manifest.read_text()


def test_packages_are_never_changed(tmp_path: Path) -> None:
    folder = example("code.self-import", tmp_path / "source")
    package = tmp_path / "gear_tool.zip"
    CliRunner().invoke(extery, ["build", str(folder), "--output-filepath", str(package)])
    before = package.read_bytes()

    run(package, "--fix")

    assert package.read_bytes() == before
