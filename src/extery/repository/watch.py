"""Notice that a folder of packages has changed, and that whoever changes it has finished."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

Snapshot = dict[str, tuple[int, int, int]]

_ENDINGS = (".zip", ".toml")


def snapshot(folder: Path) -> Snapshot:
    """What a repository is made of, with what tells that a file is another one."""
    found: Snapshot = {}
    for place in (folder, folder / "sets"):
        try:
            with os.scandir(place) as items:
                for item in items:
                    if item.name.endswith(_ENDINGS) and not item.name.startswith("."):
                        found[item.path] = _facts(item)
        except OSError:
            continue  # it is not there
    return found


def _facts(item: os.DirEntry[str]) -> tuple[int, int, int]:
    try:
        facts = item.stat()
    except OSError:  # a link to nowhere, or a file that went while we looked
        return (0, 0, 0)
    return (facts.st_mtime_ns, facts.st_size, facts.st_ino)


def watch(
    folder: Path,
    changed: Callable[[], None],
    *,
    seen: Snapshot,
    stopped: Event,
    interval: float = 0.5,
) -> None:
    """Call ``changed`` after each change since ``seen``, once nothing moves any more, until ``stopped``."""
    before = seen
    while not stopped.wait(interval):
        now = snapshot(folder)
        if now != before and now == seen:
            before = now
            changed()
        seen = now
