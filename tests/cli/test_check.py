"""`extery check`: more than `validate` reports, for a place that the extension is made for."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from extery.cli.app import extery
from extery.rules.examples import example_text
from tests.rules.example_folders import write_example

ARCHIVE = "[file.nested-archive]"


def test_check_reports_what_validate_does_not(tmp_path: Path) -> None:
    write_example(example_text("file.nested-archive", "bad"), tmp_path)

    validated = CliRunner().invoke(extery, ["validate", str(tmp_path)])
    checked = CliRunner().invoke(extery, ["check", str(tmp_path)])

    assert ARCHIVE not in validated.output
    assert ARCHIVE in checked.output
    assert checked.exit_code == 0
    assert CliRunner().invoke(extery, ["check", str(tmp_path), "--strict"]).exit_code == 1


def test_a_built_package_has_the_same_findings_as_its_folder(tmp_path: Path) -> None:
    folder = write_example(example_text("file.nested-archive", "bad"), tmp_path / "source")
    package = tmp_path / "gear_tool.zip"
    CliRunner().invoke(extery, ["build", str(folder), "--output-filepath", str(package)])

    checked = CliRunner().invoke(extery, ["check", str(package)])

    assert ARCHIVE in checked.output
