"""Read many packages, in child processes too if the work is worth starting them: one process for each processor.

Threads would not help: between two blocks of a small file the interpreter itself is busy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.repository.child_process import ChildProcess, can_fork, cpu_count
from extery.repository.package_scan import scan_package
from extery.repository.scan import PackageFile, ScannedPackage

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from extery.manifest.schemas.v1_0_0 import ValidTags

#: Minimum cost of all packages, in bytes to hash, for which child processes are started.
_MIN_COST = 100_000_000
#: The cost of a package in addition to its bytes: opening it, and reading its manifest.
_PACKAGE_COST = 400_000
_MAX_BATCH, _MAX_BATCH_COST = 16, 8_000_000
#: Batches that are sent to a child in advance, so that it never waits while this process reads.
_MAX_PENDING_BATCHES = 2

#: The names of the packages of each batch.
Batches = Sequence[Sequence[str]]


def scan_packages(
    folder: Path,
    files: Sequence[PackageFile],
    *,
    with_metadata: bool = False,
    valid_tags: ValidTags | None = None,
    with_harmful: bool = False,
    processes: int | None = None,
) -> list[ScannedPackage]:
    """Read the packages ``files`` of ``folder``; the result has their order."""
    options: dict[str, Any] = {
        "with_metadata": with_metadata,
        "valid_tags": valid_tags,
        "with_harmful": with_harmful,
    }
    if processes is None:
        processes = cpu_count() if sum(map(_cost, files)) > _MIN_COST else 1
    scanned: dict[str, ScannedPackage] = {}
    if processes > 1 and len(files) > 1:
        scanned = _scan_in_parallel(folder, [*_batches(files)], options, workers=processes - 1)
    return [scanned.get(file.name) or scan_package(folder, file.name, **options) for file in files]


def _cost(file: PackageFile) -> int:
    return file.size + _PACKAGE_COST


def _batches(files: Sequence[PackageFile]) -> Iterator[list[str]]:
    """Yield the packages in batches, the largest package first."""
    batch: list[str] = []
    total = 0
    for file in sorted(files, key=_cost, reverse=True):
        cost = _cost(file)
        if batch and (len(batch) == _MAX_BATCH or total + cost > _MAX_BATCH_COST):
            yield batch
            batch, total = [], 0
        batch.append(file.name)
        total += cost
    yield batch


def _scan_in_parallel(
    folder: Path, batches: Batches, options: Mapping[str, Any], *, workers: int
) -> dict[str, ScannedPackage]:
    """Return the packages by name, without those of a child that ended before it returned them.

    Children read the batches of the largest packages, this process those of the smallest.
    """
    from multiprocessing.connection import wait

    scanned: dict[str, ScannedPackage] = {}
    waiting = deque(range(len(batches)))
    sent: dict[Connection[Any, Any], int] = {}
    children: list[ChildProcess] = []
    try:
        for _ in range(min(workers, len(batches) - 1)):
            child = ChildProcess.start(_scan_batches, folder, batches, options, fork=can_fork())
            if child is None:
                break
            children.append(child)
            sent[child.connection] = 0
            _send(child.connection, waiting, sent)
        while waiting or sent:
            if waiting:
                for name in batches[waiting.pop()]:
                    scanned[name] = scan_package(folder, name, **options)
            for ready in wait([*sent], timeout=0 if waiting else None):
                assert not isinstance(ready, int)  # for the type checker: these are connections
                _receive(ready, scanned, waiting, sent)  # type: ignore[arg-type]
    finally:
        for child in children:
            child.stop()
    return scanned


def _receive(
    connection: Connection[Any, Any],
    scanned: dict[str, ScannedPackage],
    waiting: deque[int],
    sent: dict[Connection[Any, Any], int],
) -> None:
    """Take the result of a batch and send more; a child that has ended is dropped from ``sent``."""
    try:
        results = connection.recv()
    except (EOFError, OSError):
        del sent[connection]
        return
    scanned |= {package.name: package for package in results}
    sent[connection] -= 1
    _send(connection, waiting, sent)


def _send(
    connection: Connection[Any, Any], waiting: deque[int], sent: dict[Connection[Any, Any], int]
) -> None:
    """Send batches until `_MAX_PENDING_BATCHES` are pending; drop a child without any from ``sent``."""
    try:
        while waiting and sent[connection] < _MAX_PENDING_BATCHES:
            connection.send(waiting[0])
            waiting.popleft()
            sent[connection] += 1
    except OSError:
        del sent[connection]
        return
    if not sent[connection]:
        del sent[connection]


def _scan_batches(
    connection: Connection[Any, Any], folder: Path, batches: Batches, options: Mapping[str, Any]
) -> None:
    """Run in a child: read the batches whose numbers are received, until the process is stopped."""
    while True:
        number = connection.recv()
        connection.send([scan_package(folder, name, **options) for name in batches[number]])
