"""A second process that does a part of the work of a command, where the system can fork.

Threads share one interpreter, so two of them unpack hardly faster than one. The helper holds the locks of the command
too: if the command is killed, the next one waits until the helper has noticed it and ended.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from extery.core.file_lock import kept_by_children

#: Work of the helper: is called with a checkpoint to call often, and yields results that can be written as JSON.
Work = Callable[[Callable[[], None]], Iterable[Any]]


class Helper:
    """A running helper."""

    def __init__(self, process: int, results: int) -> None:
        self._process = process
        self._results = results

    def results(self) -> list[Any]:
        """Wait for its end and return its results. There are fewer if it failed or was killed."""
        found: list[Any] = []
        with open(self._results, "rb") as file:  # noqa: PTH123 (a descriptor)
            for line in file:
                with suppress(ValueError):  # the last line may be cut off
                    found.append(json.loads(line))
        self._results = -1
        os.waitpid(self._process, 0)
        self._process = 0
        return found

    def kill(self) -> None:
        """End it at once, unless its results were returned."""
        process, self._process = self._process, 0
        if process:
            import signal

            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        results, self._results = self._results, -1
        if results >= 0:
            with suppress(OSError):
                os.close(results)


def can_help() -> bool:
    """Whether a helper is possible and useful: a fork copies one thread only, and needs another processor."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and len(os.sched_getaffinity(0)) > 1
    )


def start_helper(work: Work) -> Helper | None:
    """Start a process that does ``work``, and return it; ``None`` if that is not possible now."""
    parent = os.getpid()
    try:
        reader, writer = os.pipe()
    except OSError:
        return None
    try:
        with kept_by_children():
            process = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if process:
        os.close(writer)
        return Helper(process, reader)
    try:
        os.close(reader)
        _work(work, writer, parent)
    finally:
        os._exit(0)  # without the rest of the command


def _work(work: Work, writer: int, parent: int) -> None:
    def checkpoint() -> None:
        if os.getppid() != parent:
            os._exit(1)

    with open(writer, "wb") as file:
        for result in work(checkpoint):
            file.write(json.dumps(result).encode("ascii") + b"\n")
