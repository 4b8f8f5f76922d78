"""The frames of a stream: what an isolated function yields, one after the other, over the pipe of its reply.

A frame is a letter for its kind, the length of its content in four bytes, and the content: a value as JSON, bytes, or
the end, which says how the function has ended. Without it the stream is incomplete. The process that writes frames may
have been taken over by its file, so the reader bounds each of them and all together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from extery.isolation.limits import ProcessEnded
from extery.isolation.replies import MALFORMED

#: Bytes of the content of a frame; bytes are written in blocks.
MAX_FRAME = 8 << 20
BLOCK = 1 << 20
VALUE, DATA, END = b"v", b"d", b"e"
_HEADER = 5


class TooMuchOutput(Exception):
    """A stream is longer than the limit of its call."""


class FrameWriter:
    """Writes at most ``maximum`` bytes of frames."""

    def __init__(self, output: BinaryIO, maximum: int) -> None:
        self._output = output
        self._rest = maximum

    def write(self, item: Any) -> None:
        """Write bytes or a value for JSON."""
        if not isinstance(item, bytes | bytearray | memoryview):
            self._write(VALUE, json.dumps(item).encode())
            return
        view = memoryview(item)
        for start in range(0, len(view), BLOCK):
            self._write(DATA, view[start : start + BLOCK])

    def end(self, head: dict[str, Any]) -> None:
        """Write how the function has ended."""
        self._write(END, json.dumps(head).encode())

    def _write(self, kind: bytes, content: bytes | memoryview) -> None:
        self._rest -= _HEADER + len(content)
        if self._rest < 0 or len(content) > MAX_FRAME:
            raise TooMuchOutput
        self._output.write(kind + len(content).to_bytes(4, "big"))
        self._output.write(content)
        self._output.flush()


class FrameReader:
    """Takes what a process has written, in blocks, and returns the frames that are complete.

    ``end`` is the content of the last frame, which says how the function has ended.
    """

    def __init__(self, maximum: int) -> None:
        self.end: bytes | None = None
        self._rest = maximum
        self._received = bytearray()

    def feed(self, block: bytes) -> Iterator[Any]:
        """Yield the bytes and values that are complete with this block.

        Raises `ProcessEnded` for what no function of ours writes, and for more than the maximum.
        """
        self._rest -= len(block)
        if self._rest < 0:
            raise ProcessEnded("output")
        self._received += block
        while len(self._received) >= _HEADER:
            kind, size = self._received[:1], int.from_bytes(self._received[1:_HEADER], "big")
            if self.end is not None or size > MAX_FRAME or kind not in (VALUE, DATA, END):
                raise ProcessEnded("crash", detail="the stream cannot be read")
            if len(self._received) < _HEADER + size:
                return
            content = bytes(self._received[_HEADER : _HEADER + size])
            del self._received[: _HEADER + size]
            if kind == END:
                self.end = content
            else:
                yield content if kind == DATA else _value(content)


def _value(content: bytes) -> Any:
    try:
        return json.loads(content)
    except MALFORMED as error:
        raise ProcessEnded("crash", detail="a value of the stream cannot be read") from error
