"""The caller's side of a stream: read frames from the pipe of a reply while the process of the call goes on."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from extery.isolation import replies
from extery.isolation.frames import FrameReader
from extery.isolation.limits import IsolationError, Limits, ProcessEnded

_BLOCK = 1 << 18
_MAX_STATUS = 100_000


def read_stream(reply: int, status: int, limits: Limits) -> Generator[Any]:
    """Yield what the function of a call yields, from the descriptors of its reply and its status.

    Only the time that is spent waiting counts. Raises what `extery.isolation.client.Isolation.call` raises.
    """
    frames = FrameReader(limits.output)
    received = bytearray()
    waiting = select.poll()
    waiting.register(reply, select.POLLIN)
    waiting.register(status, select.POLLIN)
    waited = 0.0
    is_running = True
    while is_running:
        started = time.monotonic()
        ready = waiting.poll(max(0.0, limits.seconds - waited) * 1000)
        waited += time.monotonic() - started
        if not ready:
            raise ProcessEnded("time", seconds=waited)
        for descriptor, _ in ready:
            block = os.read(descriptor, _BLOCK)
            if descriptor == reply:
                yield from frames.feed(block)
                if not block:
                    waiting.unregister(reply)
                continue
            received += block
            is_running = bool(block)
            if len(received) > _MAX_STATUS:
                raise IsolationError("the status of a call cannot be read")
    os.set_blocking(reply, False)  # whatever else may still have the other end
    with suppress(BlockingIOError):
        while block := os.read(reply, _BLOCK):
            yield from frames.feed(block)
    replies.read_end(bytes(received), frames.end)
