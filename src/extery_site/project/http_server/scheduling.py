"""Which waiting request is processed next: fair to client addresses, with threads for each lane.

A lane is a kind of request, by what it costs and how long it may take. Each lane has threads that
no other lane can occupy, so pages in great number do not delay the listing. Within a lane, the
addresses of clients take turns, and none occupies all threads.
"""

from __future__ import annotations

import enum
from collections import Counter, deque
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Lane(enum.Enum):
    """A kind of request, in the order in which free threads are given to them."""

    LISTING = enum.auto()
    FILES = enum.auto()
    PAGES = enum.auto()
    CHANGES = enum.auto()
    #: Requests of connections that send the next request before the response to the previous one.
    PIPELINED = enum.auto()


class Task(Protocol):
    """A connection with a request to process."""

    def service(self) -> None:
        """Process the request."""

    def cancel(self) -> None:
        """Drop the request."""


@dataclass(frozen=True, eq=False)
class Job:
    """A request to process: its lane, the address of its client, and its connection."""

    lane: Lane
    address: str
    task: Task


class _Waiting(NamedTuple):
    turn: int
    job: Job


class Scheduler:
    """Chooses among waiting requests. Not thread-safe."""

    def __init__(self, threads: int) -> None:
        self.limits = _limits(threads)
        self._running: Counter[Lane] = Counter()
        self._running_of: Counter[tuple[Lane, str]] = Counter()
        self._waiting: dict[Lane, dict[str, deque[_Waiting]]] = {lane: {} for lane in Lane}
        self._turns = dict.fromkeys(Lane, 0)

    @property
    def waiting(self) -> list[Job]:
        """The requests that wait for their turn."""
        lines = [line for lane in self._waiting.values() for line in lane.values()]
        return [item.job for line in lines for item in line]

    def add(self, job: Job) -> None:
        """Let a request wait for its turn.

        Requests of one address are a turn apart, so the first of another address comes before the
        second of this one.
        """
        line = self._waiting[job.lane].setdefault(job.address, deque())
        turn = max(self._turns[job.lane], line[-1].turn if line else 0) + 1
        line.append(_Waiting(turn, job))

    def take(self) -> Job | None:
        """Return the next request, which then counts as running; ``None`` if none may start."""
        for lane in Lane:
            if self._running[lane] < self.limits[lane] and (job := self._take_from(lane)):
                self._running[lane] += 1
                self._running_of[lane, job.address] += 1
                return job
        return None

    def finish(self, job: Job) -> None:
        """Count a request that `take` returned as running no longer."""
        self._running[job.lane] -= 1
        self._running_of[job.lane, job.address] -= 1
        if not self._running_of[job.lane, job.address]:
            del self._running_of[job.lane, job.address]

    def remove(self, job: Job) -> bool:
        """Remove a waiting request; returns whether it was waiting."""
        line = self._waiting[job.lane].get(job.address, deque())
        for item in line:
            if item.job is job:
                line.remove(item)
                if not line:
                    del self._waiting[job.lane][job.address]
                return True
        return False

    def _take_from(self, lane: Lane) -> Job | None:
        lines = self._waiting[lane]
        limit = _limit_of_address(self.limits[lane])
        open_to = [address for address in lines if self._running_of[lane, address] < limit]
        if not open_to:
            return None
        address = min(open_to, key=lambda item: lines[item][0].turn)
        item = lines[address].popleft()
        if not lines[address]:
            del lines[address]
        self._turns[lane] = max(self._turns[lane], item.turn)
        return item.job


def _limits(threads: int) -> dict[Lane, int]:
    """How many requests of each lane may run; together no more than there are threads, from 5 on."""
    quarter = max(1, threads // 4)
    # Pages mostly compute, and more of them at a time would only slow down each other.
    pages = max(1, threads // 8)
    others = {Lane.FILES: quarter, Lane.PAGES: pages, Lane.CHANGES: quarter, Lane.PIPELINED: 1}
    return {Lane.LISTING: max(1, threads - sum(others.values())), **others}


def _limit_of_address(limit: int) -> int:
    """How many requests of a lane one address may have running.

    Half, because requests that compute take Python's interpreter from those of other addresses.
    """
    return max(1, limit // 2)
