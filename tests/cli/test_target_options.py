"""--blender and --dir choose the targets of a command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from extery.cli.target_options import target_options, targets_of
from extery.client.targets import profiles_folder
from extery.core.errors import ExteryError, InvalidInput


@click.command()
@target_options
def show(blender: tuple[str, ...], folder: Path | None) -> None:
    try:
        for target in targets_of(blender, folder):
            click.echo(f"{target}: {target.folder}")
    except ExteryError as error:
        click.echo(error.code)


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the profiles of Blenders."""
    for name in ("BLENDER_USER_RESOURCES", "BLENDER_USER_EXTENSIONS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    return profiles_folder()


def output(*arguments: str) -> list[str]:
    return CliRunner().invoke(show, arguments, catch_exceptions=False).output.splitlines()


def test_versions_are_separated_by_commas_or_given_again(profiles: Path) -> None:
    expected = [f"Blender {v}: {profiles / v / 'extensions'}" for v in ("4.2", "5.0", "5.3")]
    assert output("--blender", "4.2,5.0", "--blender", "5.3") == expected


def test_the_only_blender_found_needs_no_option(profiles: Path) -> None:
    (profiles / "4.2").mkdir(parents=True)
    assert output() == [f"Blender 4.2: {profiles / '4.2' / 'extensions'}"]
    (profiles / "5.3").mkdir()
    assert output() == ["target.ambiguous"]


def test_a_folder_is_a_target_of_its_own(profiles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "farm"
    assert output("--dir", str(folder), "--blender", "5.0") == [f"Blender 5.0: {folder}"]


def test_a_file_or_a_url_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = CliRunner().invoke(show, ["--dir", str(tmp_path / "file")])
    assert result.exit_code == 2
    result = CliRunner().invoke(show, ["--dir", "https://example.org/"])
    assert "is a URL" in result.output


def test_an_unclear_choice_raises_the_error_of_the_targets(profiles: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        targets_of(("four",), None)
    assert caught.value.code == "target.version"
