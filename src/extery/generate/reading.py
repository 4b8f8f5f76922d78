"""Reading many packages: in this process while there are few, else with one for each processor.

Threads would not help: between two blocks of a small file the interpreter is busy itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.generate import aside
from extery.generate.scan import Found, ScannedArchive, read_archive

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext

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
) -> list[ScannedArchive]:
    """Read those packages of ``folder``; the result is in the order given."""
    if processes is None:
        cost = sum(item.size + _EACH for item in found)
        processes = aside.processors() if cost > _WORTH_IT else 1
    # The largest first, so that nobody begins with one when the others are done.
    order = sorted(found, key=lambda item: item.size, reverse=True)
    paths = [folder / item.name for item in order]
    read: dict[str, ScannedArchive] = {}
    if processes > 1 and len(paths) > 1:
        read = _read_together(paths, with_facts, processes - 1)
    return [
        read.get(item.name) or read_archive(folder / item.name, with_facts=with_facts)
        for item in found
    ]


def _read_together(
    paths: Sequence[Path], with_facts: bool, helpers: int
) -> dict[str, ScannedArchive]:
    """What this process and its helpers have read: all, unless a helper came to harm."""
    context = _context()
    next_one = context.Value("q", 0)
    work = (next_one, paths, with_facts)
    started = []
    read: dict[str, ScannedArchive] = {}
    try:
        for _ in range(helpers):
            receiver, sender = context.Pipe(duplex=False)
            helper = context.Process(target=_help, args=(work, sender), daemon=True)
            helper.start()
            sender.close()
            started.append((helper, receiver))
        read = {archive.name: archive for archive in _share(*work)}
        for helper, receiver in started:
            with suppress(EOFError, OSError):
                read |= {archive.name: archive for archive in receiver.recv()}
            helper.join()
    finally:
        for helper, receiver in started:
            helper.terminate()
            helper.join()
            with suppress(ValueError):  # where nobody hears of children, it is said to run still
                helper.close()
            receiver.close()
    return read


def _share(next_one: Any, paths: Sequence[Path], with_facts: bool) -> Iterator[ScannedArchive]:
    """Take the next few that nobody has taken, until there are none."""
    while True:
        with next_one.get_lock():
            start = next_one.value
            next_one.value += _AT_ONCE
        if start >= len(paths):
            return
        for path in paths[start : start + _AT_ONCE]:
            yield read_archive(path, with_facts=with_facts)


def _help(work: tuple[Any, Sequence[Path], bool], sender: Connection) -> None:
    """What a helper does; an interruption is the business of the process that started it."""
    with suppress(KeyboardInterrupt), sender:
        sender.send(list(_share(*work)))


def _context() -> ForkContext | SpawnContext:
    """A copy of this process where that is safe, because it starts at once; else a new one."""
    import multiprocessing

    if aside.can_copy():
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")
