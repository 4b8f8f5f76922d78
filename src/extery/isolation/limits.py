"""What an isolated function may use, what it returns, and how its process ended otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, NamedTuple

#: ``disk`` is a full temporary folder, ``crash`` an exception that is no `ExteryError`, a fault of C code or a reply
#: that cannot be read, and ``signal`` a process that something else has killed.
Reason = Literal["memory", "time", "output", "disk", "crash", "signal"]

#: Arguments of a call that can be files, beside the one that it is about.
MAX_FILES = 4
NO_FILES: Mapping[str, BinaryIO] = MappingProxyType({})


class Limits(NamedTuple):
    """Limits of one call.

    ``memory``: bytes of address space beyond those that the process begins with. ``seconds`` of time,
    ``cpu_seconds`` of processor time. ``output``: bytes of the reply, ``disk``: of all temporary files.
    ``processes``: whether the function starts any; each has the same limits.
    """

    memory: int = 500_000_000
    seconds: float = 60.0
    cpu_seconds: int = 30
    output: int = 8_000_000
    disk: int = 300_000_000
    processes: bool = False
    open_files: int = 64


class Reply(NamedTuple):
    """What a function has returned, its bytes if it returned some, and what it took: bytes of memory at the peak, seconds."""

    value: Any
    data: bytes = b""
    peak_memory: int = 0
    seconds: float = 0.0


class ProcessEnded(Exception):
    """An isolated function has not returned: its process exceeded a limit or crashed.

    ``detail`` is for a log, and may quote untrusted text.
    """

    def __init__(
        self, reason: Reason, *, peak_memory: int = 0, seconds: float = 0.0, detail: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.peak_memory = peak_memory
        self.seconds = seconds
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class IsolationError(Exception):
    """The processes for isolated functions cannot be started, or end for reasons outside of a call."""
