"""Servers and proxies that do not answer."""

from __future__ import annotations

import socket

import pytest

from extery.client.checks import connections
from extery.client.checks.context import Context
from extery.client.doctor import examine
from tests.client.doctor.examined import one, use
from tests.fetch.web import serving, status


def test_a_server_that_does_not_answer_is_found(online: Context) -> None:
    with serving() as web:
        web.put("/index.json", b"{}")
        web.fail("/gone/index.json", status(503))
        use(online, f"{web.url}/index.json", f"{web.url}/gone/index.json")
        problem = one(connections.find_server_problems(online), "fetch.busy")
        assert problem.message.startswith("repo1: ")
        assert [*connections.find_clock_problems(online)] == []


def test_nothing_is_requested_without_the_network(online: Context) -> None:
    with serving() as web:
        use(online, f"{web.url}/index.json")
        assert online.network is not None
        online.network.offline = True
        assert [item.codes for item in examine(online) if item.problems] == []
        assert web.seen == []


def test_a_proxy_that_does_not_answer_is_told_from_the_servers(
    online: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = f"http://ada:secret@127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv("https_proxy", proxy)
        use(online, "https://repository.invalid/index.json")
        problem = one(connections.find_proxy_problems(online), "doctor.proxy")
        assert [*connections.find_server_problems(online)] == []
    assert problem.hint == "correct or remove the variable https_proxy"
    assert "secret" not in problem.message


def test_a_proxy_of_another_kind_is_found(online: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    use(online, "https://repository.invalid/index.json")
    problem = one(connections.find_proxy_problems(online), "doctor.proxy")
    assert "the kind socks5 are not supported" in problem.message


def test_a_proxy_that_answers_is_fine(online: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as web:
        monkeypatch.setenv("http_proxy", web.url)
        use(online, "http://repository.invalid/index.json")
        assert [*connections.find_proxy_problems(online)] == []
        assert one(connections.find_server_problems(online), "fetch.not-found").hint
