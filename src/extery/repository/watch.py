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
    found: Snapshot = {}
    for place in (folder, folder / "sets"):
        try:
            with os.scandir(place) as items:
                for item in items:
                    if item.name.endswith(_ENDINGS) and not item.name.startswith("."):
                        found[item.path] = _facts(item)
        except OSError:
            continue  # missing
    found |= {str(path): _facts(path) for path in others}
    return found


def _facts(item: os.DirEntry[str] | Path) -> tuple[int, int, int]:
    try:
        facts = item.stat()
    except OSError:  # a dangling link, or removed meanwhile
        return (0, 0, 0)
    return (facts.st_mtime_ns, facts.st_size, facts.st_ino)


def watch(
    folder: Path,
    changed: Callable[[], None],
    *,
    seen: Snapshot,
    stopped: Event,
    others: Sequence[Path] = (),
    interval: float = 0.5,
) -> None:
    """Until ``stopped``, call ``changed`` when the folder or ``others`` differ from ``seen`` and has settled.

    A change has settled when two snapshots, ``interval`` seconds apart, are equal.
    """
    before = seen
    while not stopped.wait(interval):
        now = snapshot(folder, others)
        if now != before and now == seen:
            before = now
            changed()
        seen = now
