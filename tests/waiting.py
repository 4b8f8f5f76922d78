"""Waiting for conditions and processes, with a limit that only a hang reaches."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

#: Seconds after which a test that waits fails as one that hangs.
HANG = 300


def wait_until(condition: Callable[[], object], *, log: Path | None = None) -> None:
    """Wait for a condition; after `HANG` seconds fail with the content of ``log``."""
    deadline = time.monotonic() + HANG
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(log.read_text(encoding="utf-8") if log else "it did not happen")
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that its parent has not waited for has ended. Linux only."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return status not in "ZX"
