"""All processes that a run has started: below its first process, or with its token in their environment. On Linux."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

#: The variable with the token of a run.
TOKEN = "EXTERY_TEST_RUN"  # noqa: S105 (no password)
_PROC = Path("/proc")


def processes_below(first: int) -> dict[int, int]:
    """Return the processes below ``first``, and their own memory in bytes; empty where /proc does not exist."""
    if sys.platform != "linux":
        return {}
    children: dict[int, list[int]] = {}
    for pid in _all():
        with suppress(OSError, ValueError, IndexError):
            fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
            children.setdefault(int(fields[1]), []).append(pid)
    found: dict[int, int] = {}
    stack = [first]
    while stack:
        for pid in children.get(stack.pop(), []):
            if pid not in found:
                found[pid] = _own_memory(pid)
                stack.append(pid)
    return found


def _own_memory(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        _, resident, shared, *_ = (_PROC / str(pid) / "statm").read_bytes().split()
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _all() -> list[int]:
    with suppress(OSError):
        return [int(path.name) for path in _PROC.iterdir() if path.name.isdigit()]
    return []


def kill_all(first: int, token: str) -> None:
    """Kill a process with its group, all below it, and all with its token, until there are none."""
    if os.name == "nt":
        return
    with suppress(OSError):
        os.killpg(first, signal.SIGKILL)
    for _ in range(20):  # a process may have started another meanwhile
        left = {*processes_below(first), *_with_token(token)}
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            return


def _with_token(token: str) -> list[int]:
    """Return the running processes whose environment has the token."""
    if sys.platform != "linux":
        return []
    text, found = f"{TOKEN}={token}".encode(), []
    for pid in _all():
        with suppress(OSError):
            if text in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                found.append(pid)
    return found
