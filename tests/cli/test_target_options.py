"""--blender and --dir choose the targets of a command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from extery.cli.each_target import grouped_lines, names_of
from extery.cli.target_options import target_options, targets_of, with_options
from extery.client.targets import Target, profiles_folder
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see 'extery history'", "see 'extery history OPTIONS'"),
        ("bring it back: extery undo 2", "bring it back: extery undo 2 OPTIONS"),
        ("rm x, then extery repair, or ask", "rm x, then extery repair OPTIONS, or ask"),
        (
            "add one with 'extery repo add https://example.org/' again",
            "add one with 'extery repo add https://example.org/ OPTIONS' again",
        ),
        (
            "extery repo remove x, then extery repo add http://x:80/?a=1,2",
            "extery repo remove x OPTIONS, then extery repo add http://x:80/?a=1,2 OPTIONS",
        ),
        ("run extery repair --blender 4.2", "run extery repair --blender 4.2"),
        ("for extery alone: extery config set online yes",) * 2,
        ("generate it with 'extery server-generate --repo-dir x'",) * 2,
        ("update extery",) * 2,
    ],
)
def test_a_command_in_a_hint_gets_the_options_of_the_command_that_prints_it(
    text: str, expected: str
) -> None:
    assert with_options(text, " OPTIONS") == expected


def test_targets_are_named_together() -> None:
    targets = [Target(Path("/x"), (5, minor, 99)) for minor in (0, 2, 3)]
    names = [names_of(targets[:number]) for number in range(4)]
    assert names == ["", "Blender 5.0", "Blender 5.0 and 5.2", "Blender 5.0, 5.2 and 5.3"]


def test_lines_have_the_heading_of_their_target_and_no_blanks_at_the_end() -> None:
    old, new = (Target(Path("/x"), (5, minor, 99)) for minor in (0, 3))
    assert grouped_lines([(old, ["a", ""])]) == ["a", ""]
    assert grouped_lines([(old, ["a"])], several=True) == ["Blender 5.0:", "  a"]
    assert grouped_lines([(old, ["a", ""]), (new, [])]) == ["Blender 5.0:", "  a", ""]
    assert grouped_lines([(old, []), (new, ["a"])], empty="none") == [
        "Blender 5.0: none",
        "Blender 5.3:",
        "  a",
    ]
    assert grouped_lines([(old, []), (new, [])], empty="none") == []
