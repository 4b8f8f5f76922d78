"""The embedded server with a small application: requests, limits and responses."""

from __future__ import annotations

import http.client
import io
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from extery_site.project.body_limit import REFUSED_BODY
from extery_site.project.commands.serve import listen
from extery_site.project.http_server import parser
from extery_site.project.http_server import server as http_server
from extery_site.project.http_server.scheduling import Lane
from extery_site.project.http_server.server import Server
from extery_site.project.logs.access import AccessLog, Request
from tests.waiting import HANG, wait_until

MAX_BODY = 300_000
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the body, or with the value of a variable named by the query."""
    if reason := environ.get(REFUSED_BODY):
        start_response("413 Too Large", [("Content-Type", "text/plain")])
        return [reason.encode()]
    body = environ["wsgi.input"].read()
    if name := environ["QUERY_STRING"]:
        body = str(environ.get(name)).encode()
    if environ["PATH_INFO"] == "/file":
        start_response("200 OK", [("Content-Length", "200000")])
        return environ["wsgi.file_wrapper"](io.BytesIO(bytes(200_000)))  # type: ignore[no-any-return]
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def lane_of(_method: str, path: str, _query: str) -> Lane:
    """The lane that the first part of the path names, else that of pages."""
    return Lane.__members__.get(path.split("/")[1].upper(), Lane.PAGES)


@contextmanager
def running(
    application: Callable[..., Iterable[bytes]] = echo, host: str = "127.0.0.1", **options: Any
) -> Iterator[Server]:
    """Run a server in a thread."""
    values = {
        "threads": 2,
        "max_body": MAX_BODY,
        "max_spooled": 10 * MAX_BODY,
        "keep_proxy_headers": False,
        "lane_of": lane_of,
        "client_address": lambda peer, forwarded: forwarded or peer,
        **options,
    }
    server = Server(application, listen(host, 0), **values)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        server.stop()
        thread.join(HANG)
        assert not thread.is_alive()


def connect(server: Server) -> socket.socket:
    return socket.create_connection(
        (server.effective_host, int(server.effective_port)), timeout=HANG
    )


def exchange(server: Server, data: bytes) -> tuple[int, bytes]:
    """Send bytes on a connection of its own; the status and body of the first response."""
    with connect(server) as client:
        client.sendall(data)
        return answer(client)


def answer(client: socket.socket, method: str | None = None) -> tuple[int, bytes]:
    with http.client.HTTPResponse(client, method=method) as response:
        response.begin()
        return response.status, response.read()


def get(server: Server, path: str = "/") -> bytes:
    status, body = exchange(server, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert status == 200
    return body


def is_closed_by_the_server(client: socket.socket) -> bool:
    try:
        while client.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 400),
        (b"Content-Length: +4\r\n\r\nabcd", 400),
        (b"Content-Length : 4\r\n\r\nabcd", 400),
        (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        (b"Transfer-Encoding: chunked\r\n\r\n4\nabcd\n0\n\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabcd\r\n0\r\n\r\n", 400),
        (b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ],
)
def test_a_body_of_ambiguous_length_is_refused_and_the_connection_closed(
    request_bytes: bytes, expected: int
) -> None:
    with running() as server, connect(server) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + request_bytes)
        assert answer(client)[0] == expected
        client.sendall(b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        assert is_closed_by_the_server(client)


def test_a_chunked_body_in_http_1_0_is_refused() -> None:
    with running() as server:
        assert exchange(server, CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n")[0] == 400


def test_a_chunked_body_arrives_with_its_length() -> None:
    with running() as server:
        chunks = b"3\r\nabc\r\n2;name=value\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
        assert exchange(server, CHUNKED + chunks) == (200, b"abcde")
        named = CHUNKED.replace(b"/ ", b"/?CONTENT_LENGTH ")
        assert exchange(server, named + chunks) == (200, b"5")


@pytest.mark.parametrize("size", [1, 4])
def test_a_body_in_many_tiny_chunks_is_refused(size: int) -> None:
    chunk = f"{size}\r\n".encode() + b"x" * size + b"\r\n"
    with running() as server:
        assert exchange(server, CHUNKED + chunk * 100 + b"0\r\n\r\n") == (200, b"x" * size * 100)
        assert exchange(server, CHUNKED + chunk * 10_000)[0] == 400


def test_empty_lines_between_requests_are_no_requests() -> None:
    with running() as server:
        assert exchange(server, b"\r\n" * 50_000 + b"GET /?REQUEST_METHOD HTTP/1.1\r\n\r\n") == (
            200,
            b"GET",
        )
        assert exchange(server, b" \r\n\r\n")[0] == 400


@pytest.mark.parametrize("endless", [b"1" * 100_000, b"0\r\nX: " + b"x" * 100_000])
def test_a_chunk_header_or_trailer_without_end_is_refused(endless: bytes) -> None:
    with running() as server:
        assert exchange(server, CHUNKED + endless)[0] == 400


def test_headers_over_the_limit_are_refused() -> None:
    with running() as server:
        assert exchange(server, b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000)[0] == 431


def test_more_than_a_hundred_headers_are_refused() -> None:
    with running() as server:
        assert exchange(server, b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 100 + b"\r\n")[0] == 200
        assert exchange(server, b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 101 + b"\r\n")[0] == 431


def test_a_body_at_the_limit_passes_and_one_byte_more_is_refused() -> None:
    with running() as server:
        for size, expected in ((MAX_BODY, 200), (MAX_BODY + 1, 413)):
            head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
            assert exchange(server, head + bytes(size))[0] == expected
            chunk = f"{size:x}\r\n".encode() + bytes(size) + b"\r\n0\r\n\r\n"
            assert exchange(server, CHUNKED + chunk)[0] == expected


def test_a_client_that_sends_its_whole_body_first_gets_the_refusal() -> None:
    with running() as server:
        size = 20 * MAX_BODY
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
        assert exchange(server, head + bytes(size)) == (413, b"too-large")


def test_expect_100_continue_is_answered_before_the_body() -> None:
    head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n"
    with running() as server:
        with connect(server) as client:
            client.sendall(head.format(2_000_000_000).encode())
            assert client.recv(100).startswith(b"HTTP/1.1 413")
        with connect(server) as client:
            client.sendall(head.format(3).encode())
            assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(b"abc")
            assert answer(client) == (200, b"abc")


def test_unfinished_bodies_share_a_limit_and_release_their_space() -> None:
    size = 200_000
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    with running(max_spooled=size) as server:
        with connect(server) as first:
            first.sendall(head + bytes(size - 1))
            while server.spool_quota.used < size - 1 - parser.MEMORY_PER_BODY:
                get(server)
            assert exchange(server, head + bytes(size)) == (413, b"no-space")
            small = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
            assert exchange(server, small) == (200, b"abc")
            first.sendall(b"x")
            assert answer(first)[0] == 200
        wait_until(
            lambda: server.spool_quota.used == 0
        )  # released after the response has been sent
        assert exchange(server, head + bytes(size))[0] == 200
        with connect(server) as broken_off:
            broken_off.sendall(head + bytes(size - 1))
        while server.active_channels:
            get(server)
        assert server.spool_quota.used == 0


def test_an_address_has_a_share_of_the_space_for_unfinished_bodies() -> None:
    size = 200_000

    def head(address: str) -> bytes:
        return (
            f"POST / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n"
            f"Content-Length: {size}\r\n\r\n"
        ).encode()

    with running(max_spooled_of_address=size) as server:
        with connect(server) as first:
            first.sendall(head("192.0.2.1") + bytes(size - 1))
            wait_until(lambda: server.spool_quota.used == size - 1 - parser.MEMORY_PER_BODY)
            assert exchange(server, head("192.0.2.1") + bytes(size)) == (413, b"address-share")
            assert exchange(server, head("192.0.2.2") + bytes(size))[0] == 200
        wait_until(lambda: server.spool_quota.used == 0)
        assert exchange(server, head("192.0.2.1") + bytes(size))[0] == 200


def test_a_full_disk_refuses_only_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
    with running() as server:
        monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.newfile", fail)
        assert exchange(server, head + bytes(200_000)) == (413, b"no-space")
        assert get(server) == b""


@pytest.mark.parametrize("path", ["/?REQUEST_METHOD", "/file"])
def test_head_gets_headers_only_and_keeps_the_connection(path: str) -> None:
    with running() as server, connect(server) as client:
        client.sendall(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert answer(client, "HEAD") == (200, b"")
        client.sendall(b"GET /?REQUEST_METHOD HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer(client) == (200, b"GET")


@pytest.mark.parametrize("sizes", [(0, 0), (1, 2), (70_000, 1, 300_000), (700_000,) * 4])
def test_a_list_of_byte_strings_is_sent_whole(sizes: tuple[int, ...]) -> None:
    parts = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    length = str(sum(sizes))

    def application(_: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", length)])
        return list(parts)

    with running(application) as server:
        connection = http.client.HTTPConnection(
            server.effective_host, int(server.effective_port), timeout=HANG
        )
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"".join(parts)
        connection.close()


def test_connections_are_kept_alive() -> None:
    with running() as server, connect(server) as client:
        for _ in range(100):
            client.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(client) == (200, bytes(200_000))


def test_headers_of_proxies_are_dropped_unless_there_are_proxies() -> None:
    head = (
        b"GET /?HTTP_X_FORWARDED_FOR HTTP/1.1\r\nHost: x\r\n"
        b"X-Forwarded-For: 192.0.2.1\r\nX_Forwarded_For: 192.0.2.2\r\n\r\n"
    )
    with running() as server:
        assert exchange(server, head) == (200, b"None")
    with running(keep_proxy_headers=True) as server:
        assert exchange(server, head) == (200, b"192.0.2.1")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_the_server_listens_on_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with running(host="::1") as server:
        assert get(server, "/?REMOTE_ADDR") == b"::1"


def test_at_the_connection_limit_the_longest_idle_connection_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 20)
    with running() as server, ExitStack() as clients:
        waiting = [clients.enter_context(connect(server)) for _ in range(60)]
        for client in waiting:
            client.sendall(b"GET / HT")
        assert get(server) == b""
        assert is_closed_by_the_server(waiting[0])


def test_a_silent_client_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "IDLE_TIMEOUT", 1)
    with running() as server, connect(server) as half_head, connect(server) as half_body:
        half_head.sendall(b"GET / HT")
        half_body.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n-")
        assert is_closed_by_the_server(half_head)
        assert is_closed_by_the_server(half_body)


@pytest.mark.parametrize("leaves", [True, False], ids=["leaves", "stops reading"])
def test_the_application_stops_when_its_client_disconnects(
    leaves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "IDLE_TIMEOUT", 1)
    closed = threading.Event()

    def endless(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            while True:
                yield bytes(1_000_000)
        finally:
            closed.set()

    with running(endless) as server:
        with connect(server) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(1000)
            if not leaves:
                assert closed.wait(HANG)
        assert closed.wait(HANG)


def test_stopping_waits_for_requests_in_progress_only() -> None:
    arrived, proceed = threading.Event(), threading.Event()

    def slow(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        arrived.set()
        proceed.wait(HANG)
        start_response("200 OK", [("Content-Length", "10000000")])
        return [bytes(10_000_000)]

    server = Server(
        slow,
        listen("127.0.0.1", 0),
        threads=1,
        max_body=MAX_BODY,
        max_spooled=MAX_BODY,
        keep_proxy_headers=False,
        lane_of=lane_of,
        client_address=lambda peer, _: peer,
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    with connect(server) as idle, connect(server) as busy:
        idle.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n-")
        busy.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert arrived.wait(HANG)
        server.stop()
        assert is_closed_by_the_server(idle)
        proceed.set()
        assert answer(busy) == (200, bytes(10_000_000))
        thread.join(HANG)
        assert not thread.is_alive()


class _Lines(AccessLog):
    """Keeps the statuses and paths of the requests."""

    def __init__(self) -> None:
        super().__init__(str)
        self.seen: list[tuple[int, str, str]] = []

    def add(self, request: Request) -> None:
        assert request.client == "127.0.0.1"
        self.seen.append((request.status, request.method, request.path))


def test_requests_that_the_application_does_not_see_are_in_the_access_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_server, "IDLE_TIMEOUT", 1)
    log = _Lines()
    many = b"".join(b"h%d: 1\r\n" % number for number in range(200))
    with running(access_log=log) as server:
        assert exchange(server, b"nonsense\r\n\r\n")[0] == 400
        assert exchange(server, b"GET /secret HTTP/1.1\r\n" + many + b"\r\n")[0] == 431
        body = b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n"
        assert exchange(server, body)[0] == 501
        # The application responds to this one, and logs it.
        large = b"POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"
        assert exchange(server, large)[0] == 413
        with connect(server) as client:
            client.sendall(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            assert is_closed_by_the_server(client)
        with connect(server) as idle:
            assert is_closed_by_the_server(idle)
    assert log.seen == [
        (400, "", ""),
        (431, "", ""),
        (501, "POST", "/body"),
        (408, "POST", "/slow"),
    ]
