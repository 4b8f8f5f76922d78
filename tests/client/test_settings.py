"""The settings file: its folder, its values, and changes that keep the rest of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.client.settings import (
    FILENAME,
    SETTINGS,
    Settings,
    config_folder,
    get_setting,
    load_settings,
    set_setting,
)
from extery.core.errors import ExteryError


def code_of(folder: Path) -> str:
    with pytest.raises(ExteryError) as caught:
        load_settings(folder)
    return caught.value.code


def test_without_a_file_all_settings_have_their_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none") == Settings(online=None, check_updates=True)
    assert {name: get_setting(tmp_path, name) for name in SETTINGS} == {
        "online": "auto",
        "blocked": "warn",
        "check-updates": "yes",
        "proxy": "auto",
    }


def test_a_change_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "extery"
    set_setting(folder, "online", "no")
    set_setting(folder, "check-updates", "no")
    assert load_settings(folder) == Settings(online=False, check_updates=False)
    set_setting(folder, "online", "auto")
    assert get_setting(folder, "online") == "auto"
    assert folder.stat().st_mode & 0o077 == 0


def test_a_change_keeps_the_comments_and_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / FILENAME
    file.write_text("# mine\nonline = true  # at home\n\n# less talk\ncheck-updates = false\n")
    set_setting(tmp_path, "online", "no")
    assert file.read_text() == "# mine\nonline = false\n\n# less talk\ncheck-updates = false\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("onlin = true\n", "config.unknown"),
        ("online = 1\n", "config.value"),
        ('check-updates = "yes"\n', "config.value"),
        ("online = \n", "config.toml"),
        ("[online]\n", "config.value"),
        ("a = " + "[" * 20_000, "config.toml"),
        ("\x00", "config.toml"),
    ],
)
def test_a_file_that_is_not_valid_is_not_ignored(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / FILENAME
    file.write_text(text)
    assert code_of(tmp_path) == code
    with pytest.raises(ExteryError):
        set_setting(tmp_path, "online", "no")
    assert file.read_text() == text


def test_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / FILENAME).mkdir()
    assert code_of(tmp_path) == "target.unusable"


@pytest.mark.parametrize(("name", "word"), [("onlin", "no"), ("online", "never")])
def test_unknown_names_and_values_are_refused(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(ExteryError) as caught:
        set_setting(tmp_path, name, word)
    assert caught.value.code in ("config.unknown", "config.value")
    assert not (tmp_path / FILENAME).exists()


@pytest.mark.parametrize(
    ("system", "environ", "expected"),
    [
        ("linux", {"HOME": "/h"}, "/h/.config/extery"),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/extery"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/extery"),
        ("win32", {"HOME": "/h", "APPDATA": "/r"}, "/r/extery"),
        ("win32", {"HOME": "/h"}, "/h/AppData/Roaming/extery"),
        ("linux", {"HOME": "/h", "EXTERY_CONFIG": "/e"}, "/e"),
    ],
)
def test_the_folder_is_that_of_the_platform(
    system: str, environ: dict[str, str], expected: str
) -> None:
    assert config_folder(environ, system) == Path(expected).resolve()
