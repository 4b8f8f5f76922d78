"""Reading many packages: in this process, or if that pays, with one more for each further processor.

Threads would not help: between two blocks of a small file the interpreter is busy itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.repository.child_process import ChildProcess, can_fork, cpu_count
from extery.repository.scan import PackageFile, ScannedPackage, scan_package

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: What reading must cost, in bytes to hash, before starting processes pays.
_MIN_COST = 100_000_000
#: What an archive costs beside its bytes: opening it, and reading its manifest.
_ARCHIVE_COST = 400_000
#: A batch is what a worker is given at once.
_MAX_BATCH, _MAX_BATCH_COST = 16, 16_000_000
#: Batches that a worker has in hand, so that it need not wait while this process reads.
_MAX_PENDING_BATCHES = 2

Batches = Sequence[Sequence[Path]]


def scan_packages(
    folder: Path,
    found: Sequence[PackageFile],
    *,
    with_metadata: bool = False,
    processes: int | None = None,
) -> list[ScannedPackage]:
    """Read those packages of ``folder``; the result is in the order given."""
    options = {"with_metadata": with_metadata}
    if processes is None:
        processes = cpu_count() if sum(map(_cost, found)) > _MIN_COST else 1
    read: dict[str, ScannedPackage] = {}
    if processes > 1 and len(found) > 1:
        read = _read_in_parallel([*_batches(folder, found)], options, workers=processes - 1)
    return [read.get(item.name) or scan_package(folder / item.name, **options) for item in found]


def _cost(item: PackageFile) -> int:
    return item.size + _ARCHIVE_COST


def _batches(folder: Path, found: Sequence[PackageFile]) -> Iterator[list[Path]]:
    """The paths of the packages in batches, the largest package first."""
    batch: list[Path] = []
    cost = 0
    for item in sorted(found, key=_cost, reverse=True):
        if batch and (len(batch) == _MAX_BATCH or cost + _cost(item) > _MAX_BATCH_COST):
            yield batch
            batch, cost = [], 0
        batch.append(folder / item.name)
        cost += _cost(item)
    yield batch


def _read_in_parallel(
    batches: Batches, options: Mapping[str, bool], *, workers: int
) -> dict[str, ScannedPackage]:
    """Every package by its name, except those that a worker was given and did not read before it ended.

    Workers are given the batches of the largest packages, this process reads those of the smallest.
    """
    from multiprocessing.connection import wait

    read: dict[str, ScannedPackage] = {}
    pending = deque(range(len(batches)))
    in_hand: dict[Connection[Any, Any], int] = {}
    started: list[ChildProcess] = []
    try:
        for _ in range(min(workers, len(batches) - 1)):
            worker = ChildProcess.start(_read_batches, batches, options, fork=can_fork())
            if worker is None:
                break
            started.append(worker)
            in_hand[worker.connection] = 0
            _give(worker.connection, pending, in_hand)
        while pending or in_hand:
            if pending:
                for path in batches[pending.pop()]:
                    read[path.name] = scan_package(path, **options)
            for ready in wait([*in_hand], timeout=0 if pending else None):
                assert not isinstance(ready, int)  # for the type checker: these are connections
                _receive(ready, read, pending, in_hand)  # type: ignore[arg-type]
    finally:
        for worker in started:
            worker.stop()
    return read


def _receive(
    connection: Connection[Any, Any],
    read: dict[str, ScannedPackage],
    pending: deque[int],
    in_hand: dict[Connection[Any, Any], int],
) -> None:
    """Take the result of a batch and give the worker more; one that has ended gets nothing any more."""
    try:
        results = connection.recv()
    except (EOFError, OSError):
        del in_hand[connection]
        return
    read |= {archive.name: archive for archive in results}
    in_hand[connection] -= 1
    _give(connection, pending, in_hand)


def _give(
    connection: Connection[Any, Any], pending: deque[int], in_hand: dict[Connection[Any, Any], int]
) -> None:
    """Fill the hands of a worker, and forget it if they stay empty."""
    try:
        while pending and in_hand[connection] < _MAX_PENDING_BATCHES:
            connection.send(pending[0])
            pending.popleft()
            in_hand[connection] += 1
    except OSError:
        del in_hand[connection]
        return
    if not in_hand[connection]:
        del in_hand[connection]


def _read_batches(
    connection: Connection[Any, Any], batches: Batches, options: Mapping[str, bool]
) -> None:
    """What a worker does: read the batches whose numbers it is sent, until it is stopped."""
    while True:
        number = connection.recv()
        connection.send([scan_package(path, **options) for path in batches[number]])
