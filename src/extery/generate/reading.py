"""Reading many packages: in this process while there are few, else in one for each processor.

Threads would not help: between two blocks of a small file the interpreter is busy itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from extery.generate.scan import Found, ScannedArchive, read_archive

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

#: What reading must cost, in bytes to hash, before starting processes pays.
_WORTH_IT = 100_000_000
#: What an archive costs beside its bytes: opening it, and reading its manifest.
_EACH = 400_000
_AT_ONCE = 16


def read_archives(
    folder: Path,
    found: Sequence[Found],
    *,
    with_facts: bool = False,
    processes: int | None = None,
) -> Iterator[ScannedArchive]:
    """Read those packages of ``folder``, in the order given."""
    if processes is None:
        cost = sum(item.size + _EACH for item in found)
        processes = _processors() if cost > _WORTH_IT else 1
    paths = [folder / item.name for item in found]
    read = partial(read_archive, with_facts=with_facts)
    if processes < 2 or len(paths) < 2:
        yield from map(read, paths)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(processes, mp_context=_context()) as pool:
        yield from pool.map(read, paths, chunksize=_AT_ONCE)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), 8)
    return min(os.cpu_count() or 1, 8)


def _context() -> BaseContext:
    """A copy of this process where that is safe, because it starts at once; else a new one."""
    import multiprocessing

    if "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1:
        import sys

        if sys.platform == "linux":
            return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")
