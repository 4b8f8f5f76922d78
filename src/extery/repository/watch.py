"""Watch a folder of packages and report changes once they have settled."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Event

Snapshot = dict[str, tuple[int, int, int]]

_ENDINGS = (".zip", ".toml")


def snapshot(folder: Path, others: Iterable[Path] = ()) -> Snapshot:
    """Return modification time, size and inode of every input file of a repository, and of ``others``."""
    files: Snapshot = {}
    for directory in (folder, folder / "sets"):
        try:
            with os.scandir(directory) as items:
                for item in items:
                    if item.name.endswith(_ENDINGS) and not item.name.startswith("."):
                        files[item.path] = _identity(item)
        except OSError:
            continue  # missing
    files |= {str(path): _identity(path) for path in others}
    return files


def _identity(item: os.DirEntry[str] | Path) -> tuple[int, int, int]:
    try:
        status = item.stat()
    except OSError:  # a dangling link, or removed meanwhile
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def watch(
    folder: Path,
    changed: Callable[[], None],
    *,
    initial: Snapshot,
    stopped: Event,
    others: Sequence[Path] = (),
    interval: float = 0.5,
) -> None:
    """Until ``stopped``, call ``changed`` when the folder or ``others`` differ from ``initial`` and has settled.

    A change has settled when two snapshots, ``interval`` seconds apart, are equal.
    """
    reported = previous = initial
    while not stopped.wait(interval):
        current = snapshot(folder, others)
        if current != reported and current == previous:
            reported = current
            changed()
        previous = current
