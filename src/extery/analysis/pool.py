"""Analyse many modules in child processes with limits of time and memory.

`concurrent.futures` cannot kill one process of a pool, and multiprocessing imports the main module of the program in
each child, which for the website is all of Django. So the children are plain subprocesses, each used by one thread.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from extery.analysis.child import Child
from extery.analysis.facts import ModuleFacts, from_plain
from extery.analysis.module import Python
from extery.core.collector import without_collector


class Limits(NamedTuple):
    """Limits of an analysis: seconds for one module and for all, bytes of one module and of all, memory of a process.

    ``facts`` are those of all modules, which this process keeps: about 300 bytes each.
    """

    seconds: float = 10.0
    total_seconds: float = 120.0
    module_bytes: int = 2_000_000
    total_bytes: int = 60_000_000
    memory: int = 600_000_000
    processes: int = 8
    facts: int = 2_000_000


#: For uploaded sources, which are not trusted: one process, and few seconds in all.
UPLOAD_LIMITS = Limits(seconds=3.0, total_seconds=8.0, memory=280_000_000, processes=1)
#: Sources for which a second process is started.
_BYTES_PER_PROCESS = 150_000


class Source(NamedTuple):
    """A module to analyse; ``read`` returns at most that many bytes of it, and raises `OSError` if it cannot be read."""

    path: str
    size: int
    read: Callable[[int], bytes]


def analyze_all(
    sources: Sequence[Source],
    pythons: Sequence[Python],
    limits: Limits = Limits(),
    *,
    wanted: Collection[str] = (),
    declarations: bool = False,
) -> list[ModuleFacts]:
    """Return the facts about ``sources``, in their order.

    What exceeds a limit or cannot be read has a failure instead of facts. ``wanted`` are the names of attributes that `ModuleFacts.flow` has,
    ``declarations`` adds `ModuleFacts.declarations`.
    Without ``pythons`` only the imports and the flow are returned.
    """
    pending = [source for source in _within_total(sources, limits) if source is not None]
    kept = {source.path for source in pending}
    facts = {
        source.path: ModuleFacts(source.path, "size")
        for source in sources
        if source.path not in kept
    }
    size = sum(source.size for source in pending)
    processes = min(limits.processes, os.cpu_count() or 1, 1 + size // _BYTES_PER_PROCESS)
    deadline = time.monotonic() + limits.total_seconds
    queue, lock = iter(pending), threading.Lock()

    kept_facts = 0

    def work() -> list[ModuleFacts]:
        nonlocal kept_facts
        found = []
        with _Process(pythons, limits, deadline, wanted, declarations=declarations) as process:
            for source, data in _read(queue, lock, limits):
                if data is None:
                    found.append(ModuleFacts(source.path, "unreadable"))
                    continue
                if kept_facts > limits.facts:
                    found.append(ModuleFacts(source.path, "size"))
                    continue
                found.append(process.analyze(source.path, data))
                with lock:
                    kept_facts += found[-1].number
        return found

    if pending:
        with without_collector(), ThreadPoolExecutor(max_workers=processes) as pool:
            for part in [pool.submit(work) for _ in range(processes)]:
                facts |= {one.path: one for one in part.result()}
    return [facts[source.path] for source in sources]


def _within_total(sources: Iterable[Source], limits: Limits) -> Iterator[Source | None]:
    total = 0
    for source in sources:
        fits = source.size <= limits.module_bytes and total + source.size <= limits.total_bytes
        total += source.size if fits else 0
        yield source if fits else None


def _read(
    queue: Iterator[Source], lock: threading.Lock, limits: Limits
) -> Iterator[tuple[Source, bytes | None]]:
    """Yield sources and their contents, `None` for what cannot be read.

    They may be members of one archive, so one thread at a time reads.
    """
    while True:
        with lock:
            source = next(queue, None)
            if source is None:
                return
            data: bytes | None = None
            with suppress(OSError):
                data = source.read(limits.module_bytes + 1)
        yield source, data


class _Process:
    """A child process, started when it is first needed and again after it was killed."""

    def __init__(
        self,
        pythons: Sequence[Python],
        limits: Limits,
        deadline: float,
        wanted: Collection[str],
        *,
        declarations: bool,
    ) -> None:
        self._wanted = json.dumps(sorted(wanted)).encode() + b"\n"
        self._declarations = declarations
        self._pythons = [list(python) for python in pythons]
        self._limits = limits
        self._deadline = deadline
        self._child = Child("extery.analysis.worker", limits.memory)

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_error: object) -> None:
        self._child.stop()

    def analyze(self, path: str, data: bytes) -> ModuleFacts:
        left = self._deadline - time.monotonic()
        if left <= 0:
            return ModuleFacts(path, "time")
        if len(data) > self._limits.module_bytes:
            return ModuleFacts(path, "size")
        head = {"path": path, "size": len(data), "pythons": self._pythons}
        if self._declarations:
            head["declarations"] = True
        start = b"" if self._child.is_running else self._wanted
        request = start + json.dumps(head).encode() + b"\n" + data
        answer = self._child.ask(request, min(left, self._limits.seconds))
        if not answer.line:
            return ModuleFacts(path, "time" if answer.is_late else "memory")
        return from_plain(json.loads(answer.line))
