"""Tokens are in the keyring or in a private file, and belong to the URL of their repository."""

from __future__ import annotations

import json
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.client import tokens as tokens_module
from extery.client.tokens import FILENAME, Keyring, Tokens, check_token, system_keyring
from extery.core.errors import ExteryError, Unavailable

URL = "https://example.org/api/v1/extensions/"
DESKTOP = {"DISPLAY": ":0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus"}


class FakeKeyring:
    """A keyring in memory; ``error`` is raised by every call."""

    priority = 5.0

    def __init__(self) -> None:
        self.passwords: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None

    def _check(self) -> None:
        if self.error:
            raise self.error

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.passwords[service, username]


def make(folder: Path, keyring: Keyring | None = None, **environ: str) -> Tokens:
    return Tokens(folder / "config", environ=environ, find_keyring=lambda: keyring)


def text_of(folder: Path) -> str:
    return (folder / "config" / FILENAME).read_text()


def test_without_a_keyring_a_token_is_in_a_file_that_only_the_user_can_read(
    tmp_path: Path,
) -> None:
    tokens = make(tmp_path)
    assert tokens.store(URL, "secret", tmp_path) == "file"
    assert (tokens.get(URL), tokens.place(URL)) == ("secret", "file")
    file = tmp_path / "config" / FILENAME
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


def test_with_a_keyring_no_file_has_the_token(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    tokens = make(tmp_path, keyring)
    assert tokens.store(URL, "secret", tmp_path) == "keyring"
    assert tokens.get(URL) == "secret"
    assert "secret" not in text_of(tmp_path)
    assert keyring.passwords == {("extery", URL): "secret"}


def test_a_keyring_that_fails_while_storing_is_replaced_by_the_file(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    keyring.error = RuntimeError("locked")
    assert make(tmp_path, keyring).store(URL, "secret", tmp_path) == "file"


def test_a_keyring_that_fails_while_reading_is_an_error_with_its_reason(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    tokens = make(tmp_path, keyring)
    tokens.store(URL, "secret", tmp_path)
    keyring.error = RuntimeError("dismissed")
    with pytest.raises(Unavailable, match="dismissed") as caught:
        tokens.get(URL)
    assert caught.value.code == "repo.keyring"
    assert tokens.place(URL) == "keyring"


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_token_that_is_not_in_the_keyring_any_more_is_an_error(
    tmp_path: Path, is_gone: bool
) -> None:
    keyring = FakeKeyring()
    make(tmp_path, keyring).store(URL, "secret", tmp_path)
    keyring.passwords.clear()
    with pytest.raises(Unavailable) as caught:
        make(tmp_path, None if is_gone else keyring).get(URL)
    assert caught.value.code == "repo.token-missing"


def test_a_keyring_that_waits_for_ever_does_not_stop_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, release = FakeKeyring(), threading.Event()
    tokens = make(tmp_path, keyring)
    tokens.store(URL, "secret", tmp_path)
    monkeypatch.setattr(tokens_module, "KEYRING_TIMEOUT", 0.01)
    monkeypatch.setattr(keyring, "get_password", lambda *_: release.wait() and "secret")
    with pytest.raises(Unavailable) as caught:
        tokens.get(URL)
    release.set()
    assert caught.value.code == "repo.keyring"


def test_a_token_of_the_environment_is_not_stored(tmp_path: Path) -> None:
    tokens = make(tmp_path, EXTERY_CLIENT_TOKEN="secret")
    assert tokens.get(URL) == ""
    tokens.use_environment(URL, tmp_path)
    assert (tokens.get(URL), tokens.place(URL)) == ("secret", "environment")
    assert tokens.get("https://example.com/") == ""
    assert "secret" not in text_of(tmp_path)
    assert make(tmp_path).get(URL) == ""


@pytest.mark.parametrize("make_keyring", [FakeKeyring, lambda: None])
def test_a_token_is_deleted_with_the_last_target_that_uses_it(
    tmp_path: Path, make_keyring: Callable[[], FakeKeyring | None]
) -> None:
    keyring = make_keyring()
    tokens = make(tmp_path, keyring)
    one, two = tmp_path / "4.2", tmp_path / "5.3"
    for folder in (one, two):
        folder.mkdir()
    tokens.store(URL, "secret", one)
    tokens.share(URL, two)
    assert tokens.remove(URL, one) is False
    assert tokens.get(URL) == "secret"
    assert tokens.remove(URL, two) is True
    assert (tokens.get(URL), tokens.place(URL)) == ("", None)
    assert "secret" not in text_of(tmp_path)
    assert not keyring or not keyring.passwords


def test_a_target_that_is_gone_keeps_no_token(tmp_path: Path) -> None:
    tokens = make(tmp_path)
    tokens.store(URL, "secret", tmp_path / "gone")
    tokens.share(URL, tmp_path)
    assert tokens.remove(URL, tmp_path) is True


def test_a_token_can_be_deleted_that_the_keyring_has_lost(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    tokens = make(tmp_path, keyring)
    tokens.store(URL, "secret", tmp_path)
    keyring.error = KeyError("gone")
    assert tokens.delete(URL) is True
    assert tokens.delete(URL) is False


def test_the_key_has_no_query_and_no_credentials(tmp_path: Path) -> None:
    tokens = make(tmp_path)
    tokens.store("https://ada:pw@example.org/index.json?a=b", "secret", tmp_path)
    assert tokens.get("https://example.org/index.json?a=c") == "secret"
    assert "pw" not in text_of(tmp_path)


def test_a_damaged_file_is_not_replaced(tmp_path: Path) -> None:
    tokens = make(tmp_path)
    tokens.store(URL, "secret", tmp_path)
    (tmp_path / "config" / FILENAME).write_text("{")
    with pytest.raises(ExteryError) as caught:
        tokens.store("https://example.com/", "other", tmp_path)
    assert caught.value.code == "target.state-damaged"
    assert text_of(tmp_path) == "{"


def test_rows_that_are_not_tokens_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    rows = {URL: 7, "https://example.com/": {"in": "cloud"}}
    (tmp_path / "config" / FILENAME).write_text(json.dumps({"tokens": rows}))
    assert make(tmp_path).get(URL) == ""
    assert make(tmp_path).place("https://example.com/") is None


def test_two_commands_store_tokens_at_the_same_time(tmp_path: Path) -> None:
    urls = [f"https://example.org/{number}/" for number in range(12)]
    threads = [
        threading.Thread(target=make(tmp_path).store, args=(url, url[-3:], tmp_path))
        for url in urls
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [make(tmp_path).get(url) for url in urls] == [url[-3:] for url in urls]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "repo.token-empty"), (" \n", "repo.token-empty"), ("x" * 5_000, "repo.token-empty")],
)
def test_what_cannot_be_a_token_is_refused(text: str, code: str) -> None:
    with pytest.raises(ExteryError) as caught:
        check_token(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["schlüssel", "two\nlines", "a\x00b"])
def test_a_token_that_no_header_can_have_is_refused(text: str) -> None:
    with pytest.raises(ExteryError) as caught:
        check_token(text)
    assert caught.value.code == "fetch.token"
    assert text not in str(caught.value)


def install_keyring(monkeypatch: pytest.MonkeyPatch, found: object) -> None:
    module = types.ModuleType("keyring")
    module.get_keyring = lambda: found  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_the_keyring_is_used_on_a_desktop_only(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = FakeKeyring()
    install_keyring(monkeypatch, keyring)
    assert system_keyring(DESKTOP, "linux") is keyring
    assert system_keyring({}, "linux") is None
    assert system_keyring({"DISPLAY": ":0"}, "linux") is None
    assert system_keyring({}, "win32") is keyring
    assert system_keyring({}, "darwin") is keyring


def test_a_keyring_of_plain_text_or_none_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = FakeKeyring()
    keyring.priority = 0.5
    install_keyring(monkeypatch, keyring)
    assert system_keyring(DESKTOP, "linux") is None
    install_keyring(monkeypatch, object())
    assert system_keyring(DESKTOP, "linux") is None
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert system_keyring(DESKTOP, "linux") is None


def test_what_a_killed_command_has_left_is_removed_with_its_tokens(tmp_path: Path) -> None:
    left = tmp_path / ".tokens.json.a1b2.new"
    left.write_text('{"tokens": {"https://example.org/": {"token": "secret"}}}')
    Tokens(tmp_path, environ={}, find_keyring=lambda: None).store(
        "https://example.org/index.json", "other", tmp_path
    )
    assert not left.exists()
