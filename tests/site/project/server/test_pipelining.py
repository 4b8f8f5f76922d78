"""Many connections with many requests: which ones the embedded server processes, and in which order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

import pytest

from extery_site.project.http_server import server as http_server
from extery_site.project.http_server.server import Server
from tests.site.project.server.test_http_server import (
    answer,
    connect,
    get,
    is_closed_by_the_server,
    running,
)
from tests.waiting import HANG, wait_until

CLIENTS = 200


class Gate:
    """An application that records the paths it gets, and holds pages until they may proceed."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.proceed = threading.Event()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.paths.append(path)
        if path.startswith(("/pages", "/changes", "/files")):
            self.proceed.wait(HANG)
        start_response("200 OK", [("Content-Length", str(len(path)))])
        return [path.encode()]


def request(path: str, headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()


def open_clients(server: Server, stack: ExitStack, data: bytes, number: int) -> list[socket.socket]:
    clients = [stack.enter_context(connect(server)) for _ in range(number)]
    for client in clients:
        client.sendall(data)
    return clients


def answers(client: socket.socket, number: int) -> list[tuple[int, bytes]]:
    """The status and body of several responses on one connection."""
    found = []
    with client.makefile("rb") as file:
        for _ in range(number):
            status = int(file.readline().split()[1])
            length = 0
            while (line := file.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            found.append((status, file.read(length)))
    return found


def test_the_listing_is_answered_while_200_clients_have_20_pages_each_pipelined() -> None:
    gate = Gate()
    with running(gate, threads=8) as server, ExitStack() as stack:
        clients = open_clients(server, stack, request("/pages") * 20, CLIENTS)
        wait_until(lambda: len(server.active_channels) == CLIENTS)
        assert get(server, "/listing") == b"/listing"
        assert get(server, "/listing") == b"/listing"
        # Pages that pipeline have one thread, so all others get a page, too.
        assert gate.paths.count("/pages") <= 1
        gate.proceed.set()
        assert get(server, "/pages/mine") == b"/pages/mine"
        assert gate.paths.index("/pages/mine") < 20 * CLIENTS
        for client in clients[:5]:
            assert answers(client, 20) == [(200, b"/pages")] * 20


@pytest.mark.parametrize("lane", ["pages", "changes", "files"])
def test_the_listing_is_answered_while_200_clients_wait_for_others(lane: str) -> None:
    gate = Gate()
    with running(gate, threads=8) as server, ExitStack() as stack:
        open_clients(server, stack, request(f"/{lane}"), CLIENTS)
        wait_until(lambda: len(gate.paths) >= 1)
        assert get(server, "/listing") == b"/listing"
        gate.proceed.set()


def test_another_address_is_answered_before_the_second_request_of_the_first() -> None:
    gate = Gate()
    with running(gate, threads=4) as server, ExitStack() as stack:
        many = request("/pages/many", "X-Forwarded-For: 192.0.2.1\r\n")
        clients = open_clients(server, stack, many, 50)
        wait_until(lambda: gate.paths == ["/pages/many"])
        (other,) = open_clients(
            server, stack, request("/pages/other", "X-Forwarded-For: 192.0.2.2\r\n"), 1
        )
        # Its arrival cannot be seen, but that of a later request on the same thread can.
        assert get(server, "/listing") == b"/listing"
        gate.proceed.set()
        assert answer(other) == (200, b"/pages/other")
        assert [answer(client)[0] for client in clients] == [200] * 50
        pages = [path for path in gate.paths if path != "/listing"]
        assert pages.index("/pages/other") <= 2


def test_requests_of_a_connection_are_processed_one_at_a_time_and_in_order() -> None:
    gate = Gate()
    with running(gate, threads=8) as server, connect(server) as client:
        client.sendall(b"".join(request(f"/pages/{number}") for number in range(1000)))
        wait_until(lambda: bool(gate.paths))
        assert get(server, "/listing") == b"/listing"
        assert gate.paths == ["/pages/0", "/listing"]
        gate.proceed.set()
        assert answers(client, 1000) == [
            (200, f"/pages/{number}".encode()) for number in range(1000)
        ]


def test_the_next_request_is_processed_only_when_the_client_has_read_the_response() -> None:
    seen = []

    def large(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Length", "30000000")])
        return [bytes(30_000_000)]

    with running(large) as server, connect(server) as client, connect(server) as other:
        client.sendall(request("/first") + request("/second"))
        assert client.recv(5, socket.MSG_WAITALL) == b"HTTP/"
        other.sendall(request("/other"))
        assert answer(other) == (200, bytes(30_000_000))
        assert seen == ["/first", "/other"]
        left = 5
        while b"HTTP/" not in (data := client.recv(1_000_000)):
            left += len(data)
        assert seen == ["/first", "/other", "/second"]


def test_a_body_may_follow_in_the_same_packet_as_the_request_before() -> None:
    with running() as server, connect(server) as client:
        post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        client.sendall(post + b"\r\n" + post + request("/?REQUEST_METHOD"))
        assert answers(client, 3) == [(200, b"abc"), (200, b"abc"), (200, b"GET")]


def test_a_refusal_drops_the_requests_after_it() -> None:
    with running() as server, connect(server) as client:
        client.sendall(request("/?REQUEST_METHOD") + b"GET\r\n\r\n" + request("/"))
        (first, second) = answers(client, 2)
        assert first == (200, b"GET")
        assert second[0] == 400
        assert is_closed_by_the_server(client)


def test_at_the_connection_limit_waiting_requests_give_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 20)
    gate = Gate()
    with running(gate, threads=4) as server, ExitStack() as stack:
        clients = open_clients(server, stack, request("/pages"), 60)
        wait_until(lambda: bool(gate.paths))
        assert get(server, "/listing") == b"/listing"
        assert len(server.active_channels) <= 20
        gate.proceed.set()
        for client in clients[-5:]:
            assert answer(client) == (200, b"/pages")


def test_a_request_whose_client_has_left_is_not_processed() -> None:
    gate = Gate()
    with running(gate, threads=4) as server, ExitStack() as stack:
        open_clients(server, stack, request("/pages/first"), 1)
        wait_until(lambda: gate.paths == ["/pages/first"])
        (leaving,) = open_clients(server, stack, request("/pages/left"), 1)
        assert get(server, "/listing") == b"/listing"
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        leaving.close()
        gate.proceed.set()
        assert get(server, "/pages/last") == b"/pages/last"
        assert "/pages/left" not in gate.paths


@pytest.mark.parametrize(
    ("first", "again"),
    [(b"GET / HTTP/1.1\r\nX: ", b"x"), (b"POST / HTTP/1.1\r\nContent-Length: 90000\r\n\r\n", b"x")],
    ids=["headers", "body"],
)
def test_a_client_that_sends_byte_by_byte_is_disconnected(
    monkeypatch: pytest.MonkeyPatch, first: bytes, again: bytes
) -> None:
    for name in ("HEADER_TIMEOUT", "PROGRESS_TIMEOUT"):
        monkeypatch.setattr(f"extery_site.project.http_server.connection.{name}", 1)
    with running() as server, connect(server) as client:
        client.sendall(first)

        def is_closed() -> bool:
            try:
                client.sendall(again)
            except OSError:
                return True
            return False

        wait_until(is_closed)
        assert is_closed()
