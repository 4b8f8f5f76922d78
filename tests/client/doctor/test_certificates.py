"""Certificates that are not trusted, and clocks that are wrong."""

from __future__ import annotations

import ssl
import subprocess
import time
from pathlib import Path

import pytest

from extery.client.checks import connections, context
from extery.client.checks.connections import certificate_cause
from extery.client.checks.context import Answer, Context
from extery.core.errors import Refused
from tests.client.doctor.examined import DAY, install, one, use
from tests.fetch.tls_server import make_certificate, server
from tests.fetch.web import serving


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The certificate of 127.0.0.1 that nothing trusts, with its key."""
    return make_certificate(tmp_path)


def tls(*pem: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for path in pem:
        made.load_cert_chain(path)
    return made


def test_a_self_signed_certificate_is_found(online: Context, certificate: Path) -> None:
    with server(tls(certificate)) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        problem = one(
            connections.find_certificate_problems(online), "doctor.certificate", "self-signed"
        )
        assert [*connections.find_server_problems(online)] == []
    assert f"openssl s_client -connect 127.0.0.1:{port}" in problem.hint


def signed(folder: Path, issuer: Path, *, host: str = "127.0.0.1", days: int = 30) -> Path:
    """Return a certificate for ``host`` that ``issuer`` has signed, with its key."""
    request, made, key = folder / "leaf.csr", folder / "leaf.pem", folder / "leaf.key"
    names = folder / "names.txt"
    names.write_text(f"subjectAltName=IP:{host}\n")
    run = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=leaf"]
    run += ["-keyout", str(key), "-out", str(request)]
    subprocess.run(run, check=True, capture_output=True)
    sign = ["openssl", "x509", "-req", "-in", str(request), "-CA", str(issuer.with_name("c.pem"))]
    sign += ["-CAkey", str(issuer), "-CAcreateserial", "-out", str(made), "-extfile", str(names)]
    subprocess.run([*sign, "-days", str(days)], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(key.read_text() + made.read_text())
    return both


def test_an_unknown_issuer_is_found(online: Context, tmp_path: Path, certificate: Path) -> None:
    with server(tls(signed(tmp_path, certificate))) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        assert one(
            connections.find_certificate_problems(online), "doctor.certificate", "unknown-issuer"
        ).hint


@pytest.mark.parametrize(
    ("host", "days", "variant"), [("127.0.0.1", -1, "expired"), ("127.0.0.9", 30, "other-host")]
)
def test_an_expired_certificate_is_told_from_one_of_another_host(
    online: Context,
    tmp_path: Path,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    days: int,
    variant: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("c.pem")))
    with server(tls(signed(tmp_path, certificate, host=host, days=days))) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        assert one(
            connections.find_certificate_problems(online), "doctor.certificate", variant
        ).hint


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("certificate verify failed: certificate has expired", "expired"),
        ("certificate verify failed: certificate is not yet valid", "not-yet-valid"),
        (
            "certificate verify failed: self signed certificate in certificate chain",
            "unknown-issuer",
        ),
        ("certificate verify failed: unable to get local issuer certificate", "unknown-issuer"),
        ("certificate verify failed: self-signed certificate", "self-signed"),
        ("Hostname mismatch, certificate is not valid for 'a.org'", "other-host"),
        ("something else", ""),
    ],
)
def test_causes_of_invalid_certificates_are_told_apart(reason: str, cause: str) -> None:
    assert certificate_cause(reason) == cause


def refused(checked: Context, reason: str) -> Answer:
    error = Refused.of("fetch.certificate", url="https://example.org", reason=reason)
    return Answer(checked.repositories[0], error.problems[0])


@pytest.mark.parametrize(
    ("ahead", "reason", "variant"),
    [
        (3 * DAY, "certificate has expired", "clock"),
        (-3 * DAY, "certificate is not yet valid", "clock"),
        (2.0, "certificate has expired", "expired"),
        (3 * DAY, "self-signed certificate", "self-signed"),
    ],
)
def test_a_wrong_clock_is_told_from_an_expired_certificate(
    checked: Context, ahead: float, reason: str, variant: str
) -> None:
    other = Answer(checked.repositories[0], ahead=ahead)
    checked.__dict__["answers"] = [other, refused(checked, reason)]
    assert one(connections.find_certificate_problems(checked), "doctor.certificate", variant).hint


def test_a_wrong_clock_is_told_by_the_server_with_the_certificate(
    online: Context, certificate: Path
) -> None:
    with server(tls(certificate)) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        online.now = time.time() - 3 * DAY
        online.__dict__["answers"] = [refused(online, "certificate is not yet valid")]
        problem = one(connections.find_certificate_problems(online), "doctor.certificate", "clock")
    assert "3 days behind" in problem.message


@pytest.mark.parametrize(
    ("passed", "words"), [(7200.0, "2 hours ahead"), (-2 * DAY, "2 days behind")]
)
def test_a_clock_that_differs_from_all_servers_is_found(
    online: Context, monkeypatch: pytest.MonkeyPatch, passed: float, words: str
) -> None:
    with serving() as web:
        web.put("/index.json", b"{}")
        use(online, f"{web.url}/index.json")
        real = context.server_time

        def shifted(headers: dict[str, str]) -> float | None:
            sent = real(headers)
            return None if sent is None else sent - passed

        monkeypatch.setattr(context, "server_time", shifted)
        problem = one(connections.find_clock_problems(online), "doctor.clock")
    assert words in problem.message


def test_one_server_with_a_wrong_clock_is_not_the_fault_of_this_computer(checked: Context) -> None:
    repository = checked.repositories[0]
    checked.__dict__["answers"] = [Answer(repository, ahead=-DAY), Answer(repository, ahead=1.0)]
    assert [*connections.find_clock_problems(checked)] == []


def test_a_clock_in_the_past_is_found_without_a_network(checked: Context) -> None:
    install(checked)
    checked.now -= 30 * DAY
    problem = one(connections.find_clock_problems(checked), "doctor.clock", "journal")
    assert "30 days behind" in problem.message
