"""Hundreds of clients that send or read slowly do not delay the listing for others."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.site.packages import package
from tests.site.project.server.running import (
    Server,
    ask,
    create_token,
    form,
    run_script,
    serving,
)
from tests.waiting import HANG

pytestmark = pytest.mark.slow

CLIENTS = 200
#: Larger than all buffers between the server and a client.
LARGE = 25_000_000
BOUNDARY = 40 * "b"
UPLOAD = (
    "POST /api/v1/packages/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n"
)


class Site(NamedTuple):
    server: Server
    token: str
    package: bytes
    download: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with two threads and one large package."""
    data = tmp_path_factory.mktemp("slow") / "data"
    with serving(data, EXTERY_MAX_UPLOAD="30 MB", EXTERY_THREADS="2") as server:
        yield with_package(server)


def with_package(server: Server) -> Site:
    """Upload the large package."""
    token = create_token(server)
    content = package(files={"data.bin": os.urandom(LARGE)})
    headers = {
        "Authorization": f"Bearer {token}",
        "Content_Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    upload = form(content, BOUNDARY)
    response, body = ask(server, "POST", "/api/v1/packages/", upload, **headers)
    assert response.status == 201, body
    path = run_script(
        server,
        "from extery_site.catalog.models import Extension, Package, Version\n"
        "Extension.objects.update(status=Extension.Status.APPROVED)\n"
        "Version.objects.update(status=Version.Status.APPROVED)\n"
        "print(Package.objects.get().download_path)",
    )
    return Site(server, token, content, path.split()[-1])


def connect(site: Site, stack: ExitStack) -> socket.socket:
    client = stack.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(HANG)
    client.connect(("127.0.0.1", site.server.port))
    return client


def assert_open_without_answer(client: socket.socket) -> None:
    client.setblocking(False)
    with pytest.raises(BlockingIOError):
        client.recv(1, socket.MSG_PEEK)


@pytest.mark.parametrize("ending", ["", "\r\n--x\r\nContent-Dispo"], ids=["headers", "body"])
def test_the_listing_is_answered_while_many_uploads_are_half_sent(site: Site, ending: str) -> None:
    with ExitStack() as stack:
        clients = [connect(site, stack) for _ in range(CLIENTS)]
        for client in clients:
            client.sendall((UPLOAD.format(site.token) + ending).encode())

        response, _ = ask(site.server, "GET", "/api/v1/extensions/")

        assert response.status == 200
        for client in clients:
            assert_open_without_answer(client)


@pytest.mark.parametrize("start", [None, 1], ids=["whole", "part"])
def test_the_listing_is_answered_while_many_downloads_are_read_slowly(
    site: Site, start: int | None
) -> None:
    with ExitStack() as stack:
        clients = [connect(site, stack) for _ in range(CLIENTS)]
        for client in clients:
            client.sendall(download(site, start))
        for client in clients:
            assert client.recv(5) == b"HTTP/"

        response, _ = ask(site.server, "GET", "/api/v1/extensions/")

        assert response.status == 200
        assert read_body(clients[-1]) == site.package[start:]


def test_a_download_in_progress_is_finished_before_the_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path / "data", EXTERY_MAX_UPLOAD="30 MB") as server, ExitStack() as stack:
        site = with_package(server)
        client = connect(site, stack)
        client.sendall(download(site, None))
        assert client.recv(5) == b"HTTP/"
        server.process.send_signal(signal.SIGTERM)
        assert read_body(client) == site.package
        assert server.process.wait(HANG) == 0
        assert "Traceback" not in server.output


def download(site: Site, start: int | None) -> bytes:
    part = "" if start is None else f"Range: bytes={start}-\r\n"
    return (
        f"GET {site.download} HTTP/1.1\r\nHost: localhost\r\n{part}Connection: close\r\n\r\n"
    ).encode()


def read_body(client: socket.socket) -> bytes:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
    blocks = []
    while block := client.recv(1_000_000):
        blocks.append(block)
    return b"".join(blocks).partition(b"\r\n\r\n")[2]
