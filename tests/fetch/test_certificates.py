"""Servers are verified with the certificates of the system, and requests go through the proxy of the environment."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from extery.core.errors import Refused, Unavailable
from extery.fetch import Fetcher, RetryPolicy, get_document
from extery.fetch.certificates import certificate_context
from tests.fetch.tls_server import make_certificate, server

ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The certificate of 127.0.0.1 that nothing trusts, with its key."""
    return make_certificate(tmp_path)


def fetch(url: str) -> bytes:
    with Fetcher(retry_policy=ONCE) as fetcher:
        document = get_document(url, fetcher=fetcher)
    assert document is not None
    return document.body


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_a_certificate_of_the_user_is_trusted_when_it_is_set(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with server(context) as port:
        url = f"https://127.0.0.1:{port}/index.json"
        with pytest.raises(Refused) as caught:
            fetch(url)
        assert caught.value.code == "fetch.certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("c.pem")))
        assert fetch(url) == b'"/index.json"'


def test_a_folder_of_certificates_is_trusted_when_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert certificate_context().get_ca_certs() == []


def test_the_context_is_made_once_and_verifies() -> None:
    context = certificate_context()
    assert context is certificate_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_requests_go_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server() as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        assert fetch("http://nowhere.example/index.json") == b'"http://nowhere.example/index.json"'


def test_a_file_of_certificates_that_cannot_be_used_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("none.pem", "empty.pem"):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))
        with pytest.raises(Unavailable) as caught:
            fetch("http://127.0.0.1:9/index.json")
        assert caught.value.code == "fetch.unreadable"
        assert name in str(caught.value)
