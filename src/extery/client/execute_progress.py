"""The packages of a run, and how much of them is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from extery.client.package_state import PackageState
from extery.client.plan import Change


class ItemProgress(NamedTuple):
    """A package: the name of its extension, its state, and bytes of it that were received.

    The state is ``downloading``, ``unpacking``, ``done`` or ``failed``.
    """

    name: str
    state: str
    received: int
    size: int


@dataclass(frozen=True)
class Progress:
    """Bytes and packages that are fetched and unpacked, of all; ``fetched`` bytes were not in the store before.

    ``item`` is the package that is in another state, or of which more was received.
    """

    received: int
    of_bytes: int
    packages: int
    of_packages: int
    fetched: int
    item: ItemProgress


class Job:
    """One package, and the changes that install it."""

    def __init__(self, state: PackageState, changes: list[Change]) -> None:
        self.state = state
        self.changes = changes


class Counter:
    """Counts bytes and packages of all threads."""

    def __init__(self, jobs: list[Job], on_progress: Callable[[Progress], None]) -> None:
        self._on_progress = on_progress
        self._of_bytes = sum(job.state.size for job in jobs)
        self._of_packages = len(jobs)
        self._received = self._packages = self._fetched = self.saved = 0
        self._of_item: dict[str, int] = {}
        self._lock = threading.Lock()

    def add_saved(self, saved: int) -> None:
        with self._lock:
            self.saved += saved

    def add(
        self, job: Job, state: str, received: int = 0, *, packages: int = 0, fetched: int = 0
    ) -> None:
        with self._lock:
            self._received += received
            self._fetched += fetched
            self._packages += packages
            of_item = self._of_item.get(job.state.sha256, 0) + received
            self._of_item[job.state.sha256] = of_item
            self._on_progress(
                Progress(
                    self._received,
                    self._of_bytes,
                    self._packages,
                    self._of_packages,
                    self._fetched,
                    ItemProgress(job.changes[0].name, state, of_item, job.state.size),
                )
            )
