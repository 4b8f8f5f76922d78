"""One round of the server's loop: which of the sockets that are ready is served first.

A round serves the connections of different addresses in turns, and of one address the one that was
served least recently, so a new connection comes first. It ends after `MAX_ROUND` seconds, and the
next round accepts new connections before it continues with the others.
"""

from __future__ import annotations

import select
import time
from collections import Counter
from collections.abc import Iterable
from itertools import count
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from waitress import wasyncore

#: Seconds after which a round ends, although more sockets are ready. One socket takes up to a
#: millisecond, and others wait while hundreds of connections send and receive all the time.
MAX_ROUND = 0.02


class Connection(Protocol):
    """A connection of a client."""

    #: Address that takes turns with others.
    peer_address: str
    #: Number of the last time it was served; 0 for never.
    served: int


C = TypeVar("C", bound=Connection)


class Rounds:
    """Serves the sockets of a server."""

    def __init__(self, sockets: dict[int, Any]) -> None:
        self._sockets = sockets
        self._numbers = count(1)

    def serve(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds until a socket is ready, and serve those that are."""
        if not hasattr(select, "poll"):  # Windows
            wasyncore.loop(timeout, map=self._sockets, count=1)
            return
        own, connections = self._wait(timeout)
        for item, flags in own:
            wasyncore.readwrite(item, flags)
        until = time.monotonic() + MAX_ROUND
        for connection in in_turns(connections):
            connection.served = next(self._numbers)
            wasyncore.readwrite(connection, connections[connection])
            if time.monotonic() > until:
                break

    def _wait(self, timeout: float) -> tuple[list[tuple[Any, int]], dict[Any, int]]:
        """Return the sockets of the server and the connections that are ready, with their events."""
        poll = select.poll()
        for number, item in list(self._sockets.items()):
            flags = select.POLLIN | select.POLLPRI if item.readable() else 0
            if item.writable() and not item.accepting:
                flags |= select.POLLOUT
            if flags:
                poll.register(number, flags)
        own, connections = [], {}
        for number, flags in poll.poll(int(timeout * 1000)):
            item = self._sockets[number]
            if getattr(item, "peer_address", None) is None:
                own.append((item, flags))
            else:
                connections[item] = flags
        return own, connections


def in_turns(connections: Iterable[C]) -> list[C]:
    """Order connections: addresses take turns, and of one address the longest unserved is first."""
    turns: Counter[str] = Counter()
    ordered = []
    for connection in sorted(connections, key=attrgetter("served")):
        turn = turns[connection.peer_address]
        turns[connection.peer_address] += 1
        ordered.append((turn, connection))
    # The sort is stable: within a turn, they remain ordered by when they were served.
    return [connection for _, connection in sorted(ordered, key=lambda item: item[0])]
