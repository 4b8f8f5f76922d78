"""Packages with problems, ``--strict`` and ``--keep-going``: output and exit status."""

from pathlib import Path

from click.testing import CliRunner

from extery.cli.app import extery
from tests.cli.server_generate.command import generate
from tests.repository.packages import put


def test_a_package_with_errors_is_reported_and_the_others_are_listed(packages: Path) -> None:
    (packages / "bad.zip").write_text("no zip")

    result = generate()

    assert result.exit_code == 1
    assert result.stdout == "found 2 packages.\n"
    assert result.stderr.startswith(
        "packages/bad.zip: error: bad.zip is not a zip archive [package.not-zip]\n"
    )


def test_keep_going_exits_with_0(packages: Path) -> None:
    (packages / "bad.zip").write_text("no zip")

    result = generate("--keep-going")

    assert result.exit_code == 0
    assert "bad.zip" in result.stderr


def test_a_strict_run_lists_all_packages_or_writes_nothing(packages: Path) -> None:
    (packages / "bad.zip").write_text("no zip")

    result = generate("--strict")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert not (packages / "index.json").exists()
    (packages / "bad.zip").unlink()
    assert generate("--strict").exit_code == 0


def test_strict_and_keep_going_exclude_each_other(packages: Path) -> None:
    result = generate("--strict", "--keep-going")

    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


def test_warnings_do_not_fail_the_command(packages: Path) -> None:
    put(packages, "a2.zip")

    result = generate()

    assert result.exit_code == 0
    assert "warning: 2 packages of gear_tool 1.2.3 fit the same Blender" in result.stderr


def test_a_missing_folder_is_reported() -> None:
    result = CliRunner().invoke(extery, ["server-generate", "--repo-dir", "nowhere"])

    assert result.exit_code == 1
    assert "there is no folder nowhere" in result.stderr


def test_verify_reads_unchanged_packages_again(packages: Path) -> None:
    generate()

    assert generate("--verify").stderr.startswith("Nothing to write")
