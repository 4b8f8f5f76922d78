"""The server in a process of its own: start, stop, and hostile request bodies."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from tests.site.packages import package
from tests.site.project.server.running import Server, ask, create_token, form, serving
from tests.waiting import HANG

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with an account and its token, for all tests of this module."""
    data = tmp_path_factory.mktemp("site") / "data"
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    """An API token for that server."""
    return create_token(server)


def test_the_server_prints_its_url_and_the_repository_url(server: Server) -> None:
    assert f"http://127.0.0.1:{server.port}/api/v1/extensions/" in server.output
    assert "Add Remote Repository" in server.output
    response, body = ask(server, "GET", "/api/v1/extensions/")
    assert response.status == 200
    assert json.loads(body) == {
        "version": "v1",
        "all_versions": "./{id}/listing/",
        "blocklist": [],
        "data": [],
    }
    assert (server.data / "secret-key").stat().st_mode & 0o777 == 0o600


def test_static_files_have_their_content_in_their_name(server: Server) -> None:
    _, page = ask(server, "GET", "/")
    match = re.search(rb"/static/[\w/.-]+\.[0-9a-f]{12}\.css", page)
    assert match, page[:2000]
    response, _ = ask(server, "GET", match[0].decode())
    assert response.status == 200
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("page", ["/", "/api/docs"])
def test_a_page_loads_only_compressed_files_of_this_site(server: Server, page: str) -> None:
    _, html = ask(server, "GET", page)
    paths = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', html.decode())
    files = [path for path in paths if path.endswith((".css", ".js"))]
    assert len(files) > 5
    for path in files:
        assert re.fullmatch(r"/static/[\w/.-]+\.[0-9a-f]{12}\.(css|js)", path)
        _, plain = ask(server, "GET", path)
        for encoding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            response, packed = ask(server, "GET", path, Accept_Encoding=encoding)
            assert response.headers["Content-Encoding"] == encoding
            assert unpack(packed) == plain


def test_source_maps_and_an_unused_documentation_page_are_not_collected(server: Server) -> None:
    names = [path.name for path in (server.data / "static").rglob("*")]
    assert any(name.startswith("swagger-ui-bundle.") for name in names)
    assert not [name for name in names if ".map" in name or name.startswith("redoc")]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_an_upload_of_two_gigabytes_is_refused_before_its_body_is_sent(
    server: Server, token: str, accept: str
) -> None:
    head = (
        "POST /{} HTTP/1.1\r\nHost: localhost\r\nAccept: {}\r\nAuthorization: Bearer {}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000000\r\n\r\n"
    ).format("api/v1/packages/" if accept != "text/html" else "publish/", accept, token)
    before = server.media
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANG) as connection:
        connection.sendall(head.encode() + form(b"PK")[:-6])
        response = http.client.HTTPResponse(connection)
        response.begin()
        body = response.read()
        response.close()
    assert response.status == 413
    if accept == "text/html":
        assert b"<html" in body
    else:
        assert json.loads(body)["problems"][0]["code"] == "upload.too-large"
    assert server.media == before


def test_a_chunked_upload_works_and_one_without_end_is_cut_off(server: Server, token: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content_Type": "multipart/form-data; boundary=x",
        "Transfer_Encoding": "chunked",
    }
    before = len(server.media)
    good = form(package(id="chunked_tool"))
    response, body = ask(
        server, "POST", "/api/v1/packages/", iter([good[:100], good[100:]]), **headers
    )
    assert response.status == 201, body
    assert len(server.media) == before + 1
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANG)
    connection.putrequest("POST", "/api/v1/packages/")
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    sent = 0
    try:
        while sent < 50_000_000:
            connection.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            sent += 0x10000
    except (BrokenPipeError, ConnectionResetError):
        pass  # it stopped listening, which is what it should do
    assert sent < 50_000_000
    connection.close()
    assert len(server.media) == before + 1


def test_an_aborted_upload_leaves_no_files(server: Server, token: str) -> None:
    before = server.media
    body = form(package(id="broken_off"))
    head = (
        "POST /api/v1/packages/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANG) as connection:
        connection.sendall(head.encode() + body[:300])
    time.sleep(0.5)
    assert server.media == before
    response, _ = ask(
        server, "GET", "/api/v1/extensions/broken_off/", Authorization=f"Bearer {token}"
    )
    assert response.status == 404


def test_a_port_in_use_is_an_error_with_a_hint(server: Server, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "extery", "serve", "--port", str(server.port)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG,
    )
    assert result.returncode == 1
    assert f"port {server.port}" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_server_stops_on_a_signal_and_restarts_with_its_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    key = ""
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
        with serving(data) as running:
            key = key or (data / "secret-key").read_text(encoding="ascii")
            if how is not signal.SIGINT:
                assert ask(running, "GET", "/api/v1/extensions/")[0].status == 200
                assert "Preparing" not in running.output
            assert (data / "secret-key").read_text(encoding="ascii") == key
            running.process.send_signal(how)
            assert running.process.wait(HANG) == 0
            assert "Traceback" not in running.output
