"""When to look for newer versions without being asked: once a day, if setting and network allow it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from extery.client.index.database import indexed_repositories
from extery.client.repositories import Repository
from extery.client.sync_state import STATE_FILE
from extery.client.targets import Target
from extery.core.errors import ExteryError

if TYPE_CHECKING:
    from extery.client.network import Network

#: Seconds after which the listings of a sync are old.
MAX_AGE = 86_400.0
#: The time of a sync is noted at most once in this many seconds: one without changes writes nothing.
_NOTED_EVERY = 3_600.0


def is_old(target: Target, *, now: float | None = None) -> bool:
    """Return whether a day has passed since a sync has reached all repositories of a target."""
    repositories = _repositories(target)
    changed = [_modified(item.listing_in(target)) for item in repositories]
    if not changed:
        return False
    last = max(_modified(target.state_folder / STATE_FILE), min(changed))
    age = (time.time() if now is None else now) - last
    return not 0 <= age < MAX_AGE  # also if the clock was wrong


def may_check(target: Target, network: Network) -> bool:
    """Return whether the setting allows a check, and all repositories of a target may be requested.

    Blender's own answer about online access counts as for every request, see `Network.reason_offline`.
    """
    return network.settings.check_updates and not any(
        network.reason_offline(item.url, target) for item in _repositories(target)
    )


def _repositories(target: Target) -> list[Repository]:
    try:
        return indexed_repositories(target)
    except ExteryError:  # the command reports it
        return []


def note_sync(target: Target) -> None:
    """Note the time of a sync that has reached all repositories."""
    path = target.state_folder / STATE_FILE
    if not 0 <= time.time() - _modified(path) < _NOTED_EVERY:
        with suppress(OSError):
            os.utime(path)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
