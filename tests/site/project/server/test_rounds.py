"""Which of the sockets that are ready the embedded server's loop serves first."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from extery_site.project.http_server import rounds
from extery_site.project.http_server.rounds import Rounds, in_turns

needs_poll = pytest.mark.skipif(not hasattr(select, "poll"), reason="needs poll()")


class Connection:
    """A connection that never reads what its client has sent, so it is always ready."""

    accepting = False
    served = 0

    def __init__(self, peer_address: str | None, log: list[Connection]) -> None:
        self.log = log
        if peer_address is not None:
            self.peer_address = peer_address

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self.log.append(self)


class Site:
    """Connections of several addresses in one loop."""

    def __init__(self, stack: ExitStack) -> None:
        self.sockets: dict[int, Connection] = {}
        self.log: list[Connection] = []
        self.rounds = Rounds(self.sockets)
        self._stack = stack

    def connect(self, address: str | None) -> Connection:
        ours, theirs = (self._stack.enter_context(end) for end in socket.socketpair())
        theirs.sendall(b"x")
        connection = self.sockets[ours.fileno()] = Connection(address, self.log)
        return connection

    def serve(self, number: int) -> list[Connection]:
        """Serve some rounds; return what was served."""
        self.log.clear()
        for _ in range(number):
            self.rounds.serve(1)
        return list(self.log)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A loop whose rounds end after one connection."""
    monkeypatch.setattr(rounds, "MAX_ROUND", -1)
    with ExitStack() as stack:
        yield Site(stack)


@needs_poll
def test_each_connection_is_served_once_before_one_is_served_again(site: Site) -> None:
    connections = [site.connect("192.0.2.1") for _ in range(20)]
    for _ in range(3):
        assert sorted(site.serve(20), key=id) == sorted(connections, key=id)


@needs_poll
def test_a_new_connection_is_served_before_busy_ones_of_the_same_address(site: Site) -> None:
    for _ in range(20):
        site.connect("192.0.2.1")
    site.serve(30)
    new = site.connect("192.0.2.1")
    assert site.serve(1) == [new]


@needs_poll
def test_connections_of_many_addresses_are_all_served(site: Site) -> None:
    connections = [site.connect(f"192.0.2.{number // 3}") for number in range(30)]
    assert set(site.serve(60)) == set(connections)


@needs_poll
def test_the_sockets_of_the_server_are_served_in_every_round(site: Site) -> None:
    for _ in range(20):
        site.connect("192.0.2.1")
    own = site.connect(None)
    assert site.serve(5).count(own) == 5


@needs_poll
def test_a_round_with_time_left_serves_all(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MAX_ROUND", 1000)
    connections = [site.connect("192.0.2.1") for _ in range(20)]
    assert set(site.serve(1)) == set(connections)


def test_addresses_take_turns_in_a_round() -> None:
    many = [Connection("192.0.2.1", []) for _ in range(100)]
    other = Connection("192.0.2.2", [])
    other.served = 1000
    assert in_turns([*many, other]).index(other) == 1
