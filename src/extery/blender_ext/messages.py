"""Messages to Blender on stdout: a type and its data, as text or JSON, each written at once."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, Literal

OutputType = Literal["TEXT", "JSON", "JSON_0"]
OUTPUT_TYPES = ("TEXT", "JSON", "JSON_0")
_ENDS = {"JSON": b"\n", "JSON_0": b"\0"}


class Interrupted(Exception):
    """Blender, or the user, has asked the command to stop."""


class Messages:
    """Writes messages; each method raises `Interrupted` after `interrupt` was called.

    Threads may write at the same time.
    """

    def __init__(self, output_type: OutputType = "TEXT", stream: BinaryIO | None = None) -> None:
        self.output_type = output_type
        self._stream = stream
        self._lock = threading.Lock()
        self._interrupted = threading.Event()
        self._stops: list[Callable[[], None]] = []

    @property
    def is_interrupted(self) -> bool:
        return self._interrupted.is_set()

    def interrupt(self) -> None:
        """Stop the command at its next message, and transfers at once. For signal handlers."""
        self._interrupted.set()
        for stop in self._stops:
            # The interrupted code may hold a lock that the function needs.
            threading.Thread(target=stop, daemon=True).start()

    def on_interrupt(self, stop: Callable[[], None]) -> None:
        """Call ``stop``, in a thread of its own, when the command is interrupted."""
        self._stops.append(stop)

    def check(self) -> None:
        """Raise `Interrupted` if the command was interrupted."""
        if self.is_interrupted:
            raise Interrupted

    def status(self, text: str) -> None:
        """Report what is done, or its success."""
        self._write("STATUS", text)

    def progress(self, text: str, done: int, total: int, unit: str = "BYTE") -> None:
        """Report progress; a ``total`` of -1 is unknown."""
        self._write("PROGRESS", [text, unit, done, total])

    def warn(self, text: str) -> None:
        """Report a problem that changes nothing."""
        self._write("WARN", text)

    def error(self, text: str) -> None:
        """Report that one item failed."""
        self._write("ERROR", text)

    def fatal_error(self, text: str) -> None:
        """Report that the command fails."""
        self._write("FATAL_ERROR", text)

    def path(self, text: str) -> None:
        """Report a written file, relative to the folder of the repository."""
        self._write("PATH", text)

    def done(self) -> None:
        """Report the end; only the commands for tests of Blender do, for the others Blender adds it."""
        self._write("DONE", "")

    def _write(self, kind: str, data: Any) -> None:
        line = self._line(kind, data)
        with self._lock:
            stream = self._stream or sys.stdout.buffer
            stream.write(line)
            stream.flush()
        self.check()

    def _line(self, kind: str, data: Any) -> bytes:
        if self.output_type != "TEXT":
            return json.dumps([kind, data]).encode("ascii") + _ENDS[self.output_type]
        text = data if isinstance(data, str) else ", ".join(map(str, data))
        prefix = "" if kind == "STATUS" else f"{kind}: "
        # Paths that are not Unicode keep their bytes.
        return f"{prefix}{text}\n".encode("utf-8", "surrogateescape")
