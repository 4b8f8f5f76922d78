"""One place decides whether the network is used, and which token goes to which server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.client.network import (
    Network,
    blender_allows_online,
    open_network,
    store_blender_online,
)
from extery.client.settings import Settings, set_setting
from extery.client.tokens import Tokens
from extery.core.errors import ExteryError, Refused
from extery.fetch import RetryPolicy, get_document
from tests.client.samples import make_target
from tests.fetch.web import Web, redirect, serving, status

URL = "https://example.org/index.json"
ONCE = RetryPolicy(attempts=1)


def tokens_in(folder: Path) -> Tokens:
    return Tokens(folder / "config", environ={}, find_keyring=lambda: None)


def network(folder: Path, *, online: bool | None = None, offline: bool = False) -> Network:
    return Network(Settings(online=online), tokens_in(folder), offline=offline)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with serving() as server:
        yield server


def test_the_network_is_used_unless_something_forbids_it(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    assert network(tmp_path).reason_offline(URL, target) == ""
    assert network(tmp_path, offline=True).reason_offline(URL, target) == "option"
    assert network(tmp_path, online=False).reason_offline(URL, target) == "setting"


def test_the_answer_in_blenders_preferences_counts_for_its_target_only(tmp_path: Path) -> None:
    target, other = make_target(tmp_path / "a"), make_target(tmp_path / "b")
    store_blender_online(target, False)
    assert network(tmp_path).reason_offline(URL, target) == "blender"
    assert network(tmp_path).reason_offline(URL, other) == ""
    assert network(tmp_path).reason_offline(URL) == ""


def test_a_setting_of_the_user_comes_before_blenders_preferences(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    store_blender_online(target, False)
    assert network(tmp_path, online=True).reason_offline(URL, target) == ""
    assert network(tmp_path, online=True, offline=True).reason_offline(URL, target) == "option"


def test_an_answer_in_blenders_preferences_can_change(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    answers = []
    for answer in (False, True, None):
        store_blender_online(target, answer)
        answers.append(blender_allows_online(target))
    assert answers == [False, True, None]


@pytest.mark.parametrize("options", [{"offline": True}, {"online": False}])
def test_files_are_read_without_the_network(tmp_path: Path, options: dict[str, bool]) -> None:
    (tmp_path / "index.json").write_text("{}")
    url = (tmp_path / "index.json").as_uri()
    with network(tmp_path, **options).fetcher(url) as fetcher:
        document = get_document(url, fetcher=fetcher)
    assert document is not None
    assert document.body == b"{}"


def test_the_error_names_the_cure_and_no_request_is_sent(tmp_path: Path, web: Web) -> None:
    url = web.put("/index.json", b"{}")
    with pytest.raises(Refused) as caught:
        network(tmp_path, online=False).fetcher(url)
    assert caught.value.code == "repo.offline"
    assert "extery config set online" in caught.value.problems[0].hint
    assert web.seen == []


def test_the_settings_of_the_user_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path))
    assert open_network().reason_offline(URL) == ""
    set_setting(tmp_path, "online", "no")
    assert open_network().reason_offline(URL) == "setting"
    assert open_network(offline=True).reason_offline(URL) == "option"


def fetch(folder: Path, url: str) -> None:
    with network(folder).fetcher(url, retry_policy=ONCE) as fetcher:
        get_document(url, fetcher=fetcher)


def test_a_token_is_sent_to_its_repository(tmp_path: Path, web: Web) -> None:
    url = web.put("/index.json", b"{}")
    tokens_in(tmp_path).store(url, "secret", tmp_path)
    fetch(tmp_path, url)
    assert web.requests_of("/index.json")[0]["authorization"] == "Bearer secret"


def test_a_token_is_not_sent_to_another_repository_of_the_server(tmp_path: Path, web: Web) -> None:
    tokens_in(tmp_path).store(web.put("/a/index.json", b"{}"), "secret", tmp_path)
    fetch(tmp_path, web.put("/b/index.json", b"{}"))
    assert "authorization" not in web.requests_of("/b/index.json")[0]


def test_a_token_does_not_follow_a_redirect_to_another_server(tmp_path: Path, web: Web) -> None:
    with serving() as other:
        target = other.put("/index.json", b"{}")
        url = web.put("/index.json", b"")
        web.fail("/index.json", redirect(target))
        tokens_in(tmp_path).store(url, "secret", tmp_path)
        fetch(tmp_path, url)
        assert web.requests_of("/index.json")[0]["authorization"] == "Bearer secret"
        assert "authorization" not in other.requests_of("/index.json")[0]


def test_a_refused_token_is_not_in_the_message(tmp_path: Path, web: Web) -> None:
    url = web.put("/index.json", b"{}")
    web.fail("/index.json", status(403))
    tokens_in(tmp_path).store(url, "secret-token", tmp_path)
    with pytest.raises(ExteryError) as caught:
        fetch(tmp_path, url)
    assert caught.value.code == "fetch.refused"
    assert "secret-token" not in f"{caught.value}{caught.value.problems[0].hint}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"offline": True}, "by --offline or EXTERY_OFFLINE"),
        ({"online": False}, "by a setting"),
        ({}, "Blender's preferences"),
    ],
)
def test_what_switches_the_network_off_is_named(
    tmp_path: Path, options: dict[str, bool], words: str
) -> None:
    target = make_target(tmp_path)
    store_blender_online(target, False)
    with pytest.raises(Refused) as caught:
        network(tmp_path, **options).check(URL, target)
    assert words in caught.value.problems[0].message
