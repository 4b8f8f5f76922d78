"""The real server in a process of its own: starting, stopping, and bodies that lie."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.site.packages import package

pytestmark = pytest.mark.slow


class Server(NamedTuple):
    process: subprocess.Popen[bytes]
    data: Path
    log: Path
    port: int

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def parts(self) -> list[str]:
        """Files in the media folder."""
        return [path.name for path in (self.data / "media").rglob("*") if path.is_file()]


@contextmanager
def serving(data: Path, *, start: str = "", **variables: str) -> Iterator[Server]:
    """``extery serve`` on a free port; it must stop by itself when it is asked to.

    ``start`` is Python to run before it in its process.
    """
    log = data.parent / "serve.log"
    code = f"{start}\nfrom extery.cli import run\nrun()"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", "0", "--data", str(data)],
            stdout=output,
            stderr=output,
            env={**os.environ, "EXTERY_MAX_UPLOAD": "2 MB", **variables},
        )
        try:
            yield Server(process, data, log, _port(process, log))
        finally:
            process.terminate()
            process.wait(20)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        if match := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text(encoding="utf-8")):
            return int(match[1])
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with an account and its token, for all tests of this module."""
    data = tmp_path_factory.mktemp("site") / "data"
    with serving(data) as running:
        yield running


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    """The API token of somebody with an account on that server."""
    script = (
        "from extery_site.accounts.models import User\n"
        "from extery_site.accounts.actions import create_token\n"
        "user = User.objects.create_user('ada', 'ada@example.org')\n"
        "print(create_token(user=user, name='test')[1])"
    )
    result = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", script],
        env={**os.environ, "EXTERY_DATA": str(server.data)},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.split()[-1]


def ask(
    server: Server, method: str, path: str, body: object = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request(
            method,
            path,
            body,  # type: ignore[arg-type]
            {name.replace("_", "-"): value for name, value in headers.items()},
            encode_chunked=headers.get("Transfer_Encoding") == "chunked",
        )
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def form(data: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="g.zip"\r\n\r\n'
    return head + data + b"\r\n--x--\r\n"


def test_it_prints_where_it_runs_and_what_to_paste_into_blender(server: Server) -> None:
    assert f"http://127.0.0.1:{server.port}/api/v1/extensions/" in server.output
    assert "Add Remote Repository" in server.output
    response, body = ask(server, "GET", "/api/v1/extensions/")
    assert response.status == 200
    assert json.loads(body) == {"version": "v1", "blocklist": [], "data": []}
    assert (server.data / "secret-key").stat().st_mode & 0o777 == 0o600


def test_static_files_have_their_content_in_their_name(server: Server) -> None:
    _, page = ask(server, "GET", "/")
    match = re.search(rb"/static/[\w/.-]+\.[0-9a-f]{12}\.css", page)
    assert match, page[:2000]
    response, _ = ask(server, "GET", match[0].decode())
    assert response.status == 200
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_two_gigabytes_are_refused_at_once_with_hardly_a_byte_sent(
    server: Server, token: str, accept: str
) -> None:
    head = (
        "POST /{} HTTP/1.1\r\nHost: localhost\r\nAccept: {}\r\nAuthorization: Bearer {}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000000\r\n\r\n"
    ).format("api/v1/packages/" if accept != "text/html" else "publish/", accept, token)
    before = server.parts
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(head.encode() + form(b"PK")[:-6])
        response = http.client.HTTPResponse(connection)
        response.begin()
        body = response.read()
        response.close()
    assert time.monotonic() - started < 60
    assert response.status == 413
    if accept == "text/html":
        assert b"<html" in body
    else:
        assert json.loads(body)["problems"][0]["code"] == "upload.too-large"
    assert server.parts == before


def test_a_chunked_upload_works_and_one_without_end_is_cut_off(server: Server, token: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content_Type": "multipart/form-data; boundary=x",
        "Transfer_Encoding": "chunked",
    }
    before = len(server.parts)
    good = form(package(id="chunked_tool"))
    response, body = ask(
        server, "POST", "/api/v1/packages/", iter([good[:100], good[100:]]), **headers
    )
    assert response.status == 201, body
    assert len(server.parts) == before + 1
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
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
    assert len(server.parts) == before + 1


def test_an_upload_that_breaks_off_leaves_nothing(server: Server, token: str) -> None:
    before = server.parts
    body = form(package(id="broken_off"))
    head = (
        "POST /api/v1/packages/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(head.encode() + body[:300])
    time.sleep(0.5)
    assert server.parts == before
    response, _ = ask(
        server, "GET", "/api/v1/extensions/broken_off/", Authorization=f"Bearer {token}"
    )
    assert response.status == 404


def test_a_port_in_use_is_said_plainly(server: Server, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "extery", "serve", "--port", str(server.port)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 1
    assert f"port {server.port}" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="another server runs there")
def test_clients_that_fall_silent_hold_up_nobody_for_long(tmp_path: Path) -> None:
    start = "import extery_site.project.server as server; server._SILENCE = 1"
    with serving(tmp_path / "data", start=start, EXTERY_THREADS="2") as running:
        silent = []
        for beginning in (
            b"GET / HTT",
            b"POST /api/v1/uploads HTTP/1.1\r\nContent-Length: 9\r\n\r\n-",
        ):
            for _ in range(4):
                silent.append(socket.create_connection(("127.0.0.1", running.port), timeout=120))
                silent[-1].sendall(beginning)

        response, _ = ask(running, "GET", "/")

        assert response.status == 200
        assert "Traceback" not in running.output
        for client in silent:
            client.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_asked_and_starts_again_with_what_it_had(
    tmp_path: Path, how: signal.Signals
) -> None:
    data = tmp_path / "data"
    with serving(data) as first:
        key = (data / "secret-key").read_text(encoding="ascii")
        first.process.send_signal(how)
        assert first.process.wait(10) == 0
        assert "Traceback" not in first.output
    started = time.monotonic()
    with serving(data) as second:
        assert ask(second, "GET", "/api/v1/extensions/")[0].status == 200
        assert time.monotonic() - started < 10
        assert "Preparing" not in second.output
        assert (data / "secret-key").read_text(encoding="ascii") == key
