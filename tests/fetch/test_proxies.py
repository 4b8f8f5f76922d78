"""The proxy of a URL is that of the environment, and a diagnosis says why it cannot be used."""

from __future__ import annotations

import pytest

from extery.fetch.proxies import Proxy, proxy_for, reason_unreachable
from tests.fetch.web import serving

URL = "https://example.org/index.json"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_PROXY".upper(), raising=False)


def test_the_proxy_of_the_scheme_is_used_before_that_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert proxy_for(URL) is None
    monkeypatch.setenv("ALL_PROXY", "http://all:1")
    assert proxy_for(URL) == Proxy("ALL_PROXY", "http://all:1")
    monkeypatch.setenv("https_proxy", "own:2")
    assert proxy_for(URL) == Proxy("https_proxy", "http://own:2")


def test_hosts_without_a_proxy_are_requested_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://own:2")
    monkeypatch.setenv("no_proxy", "example.org")
    assert proxy_for(URL) is None


def test_a_proxy_is_printed_without_its_password() -> None:
    assert str(Proxy("", "http://ada:secret@proxy:3128")) == "http://proxy:3128"


def test_a_proxy_that_answers_can_be_used() -> None:
    with serving() as web:
        assert reason_unreachable(Proxy("", web.url)) == ""
        port = web.url.rpartition(":")[2]
    assert reason_unreachable(Proxy("", f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://[", "it is not a valid URL"),
        ("http://proxy:port", "it is not a valid URL"),
        ("socks5://127.0.0.1:9", "proxies of the kind socks5 are not supported"),
    ],
)
def test_a_proxy_that_is_not_valid_has_its_reason(url: str, reason: str) -> None:
    assert reason_unreachable(Proxy("", url)) == reason
