"""Call isolated functions: in forks of a template on Linux, elsewhere in a process for each call.

The program that calls has many threads, so it never forks itself. Its template is started with the first call,
and again after it has died.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from extery.isolation import replies
from extery.isolation.descriptors import open_again
from extery.isolation.limits import MAX_FILES, NO_FILES, IsolationError, Limits, ProcessEnded, Reply
from extery.isolation.once import run_once, stream_once
from extery.isolation.starting import Template, start_template
from extery.isolation.streams import read_stream

#: Seconds beyond those of a call after which a template that does not answer counts as dead.
_GRACE = 10.0
_BLOCK = 1 << 16


class Isolation:
    """The isolated functions of a program: a closed list of names and dotted paths.

    Threads can share it. ``hidden`` are folders whose files the functions must not read, such as that of a database.
    """

    def __init__(self, functions: Mapping[str, str], *, hidden: Sequence[Path] = ()) -> None:
        self._functions = dict(functions)
        self._hidden = [str(path) for path in hidden]
        self._lock = threading.Lock()
        self._template: Template | None = None
        self._pid = 0

    @property
    def kind(self) -> str:
        """How calls are confined: a `Confinement`, or ``limits`` on systems other than Linux."""
        return self._running().kind if sys.platform == "linux" else "limits"

    @property
    def pid(self) -> int:
        """The process from which those of the calls come; 0 on systems other than Linux."""
        return self._running().process.pid if sys.platform == "linux" else 0

    def call(
        self,
        name: str,
        file: BinaryIO,
        arguments: Mapping[str, Any],
        limits: Limits = Limits(),
        *,
        files: Mapping[str, BinaryIO] = NO_FILES,
    ) -> Reply:
        """Call a function with a file, from its start, and arguments for JSON; return its reply.

        ``files`` are arguments that are files, at most `MAX_FILES`: what is too large for JSON.

        Raises the `ExteryError` that the function raised, `ProcessEnded` if it has not returned, and `IsolationError`
        if it could not be called.
        """
        path = self._functions[name]
        if len(files) > MAX_FILES:
            raise ValueError(f"{len(files)} files")
        with open_again(file) as descriptor, ExitStack() as opened:
            others = {key: opened.enter_context(open_again(one)) for key, one in files.items()}
            if sys.platform != "linux":
                return run_once(path, descriptor, arguments, limits, files=others)
            try:
                return self._call(name, descriptor, arguments, limits, others)
            except IsolationError:
                for one in (descriptor, *others.values()):
                    os.lseek(one, 0, os.SEEK_SET)
                return self._call(name, descriptor, arguments, limits, others)

    @contextmanager
    def stream(
        self, name: str, file: BinaryIO, arguments: Mapping[str, Any], limits: Limits = Limits()
    ) -> Iterator[Iterator[Any]]:
        """Call a function that yields; the iterator has what it yields, bytes and values for JSON, while it goes on.

        The limit of seconds is for the time that is spent waiting for the function, not for what the caller does between. The
        iterator raises what `call` raises, at the latest at its end: before, nothing is known to be complete. A caller
        that leaves ends the function.
        """
        path = self._functions[name]
        with open_again(file) as descriptor:
            if sys.platform != "linux":
                frames = stream_once(path, descriptor, arguments, limits)
            else:
                frames = self._stream(name, descriptor, arguments, limits)
            with closing(frames):
                yield frames

    def close(self) -> None:
        """End the template with all calls; the next call starts another one."""
        with self._lock:
            template, self._template = self._template, None
        if template is not None:
            template.close()

    def _call(
        self,
        name: str,
        descriptor: int,
        arguments: Mapping[str, Any],
        limits: Limits,
        files: Mapping[str, int],
    ) -> Reply:
        with self._started(name, descriptor, arguments, limits, files=files) as (reply, status):
            return _wait(reply, status, limits)

    def _stream(
        self, name: str, descriptor: int, arguments: Mapping[str, Any], limits: Limits
    ) -> Generator[Any]:
        for attempt in range(2):
            is_begun = False
            os.lseek(descriptor, 0, os.SEEK_SET)
            try:
                with self._started(name, descriptor, arguments, limits, stream=True) as ends:
                    for frame in read_stream(*ends, limits):
                        is_begun = True
                        yield frame
                break
            except IsolationError:
                if attempt or is_begun:  # the caller has used something of it
                    raise

    @contextmanager
    def _started(
        self,
        name: str,
        descriptor: int,
        arguments: Mapping[str, Any],
        limits: Limits,
        *,
        files: Mapping[str, int] = MappingProxyType({}),
        stream: bool = False,
    ) -> Iterator[tuple[int, int]]:
        """Start a call, which ends with the context; yield descriptors of its reply and its status."""
        call = {"function": name, "arguments": arguments, "limits": limits._asdict()}
        message = json.dumps({**call, "files": list(files), "stream": stream}).encode()
        template = self._running()
        reply, reply_end = os.pipe()
        status, status_end = os.pipe()
        try:
            try:
                with template.lock:
                    socket.send_fds(
                        template.control,
                        [message],
                        [descriptor, *files.values(), reply_end, status_end],
                    )
            except OSError as error:
                raise IsolationError(f"the template has ended: {error}") from error
            finally:
                os.close(reply_end)
                os.close(status_end)
            yield reply, status
        except IsolationError:
            self._discard(template)
            raise
        finally:
            os.close(reply)
            os.close(status)

    def _running(self) -> Template:
        with self._lock:
            if self._pid != os.getpid():
                # The template is that of the process that this one was forked from.
                self._template, self._pid = None, os.getpid()
                atexit.register(self.close)
            if self._template is None:
                self._template = start_template(self._functions, self._hidden)
            return self._template

    def _discard(self, template: Template) -> None:
        with self._lock:
            if self._template is template:
                self._template = None
        template.close()


def _wait(reply: int, status: int, limits: Limits) -> Reply:
    """Read the reply of a call and its status."""
    received: dict[int, bytearray] = {reply: bytearray(), status: bytearray()}
    waiting = select.poll()
    for descriptor in received:
        waiting.register(descriptor, select.POLLIN)
    open_ends = set(received)
    deadline = time.monotonic() + limits.seconds + _GRACE
    while open_ends:
        left = deadline - time.monotonic()
        if left <= 0:
            raise IsolationError("the template does not answer")
        for descriptor, _ in waiting.poll(left * 1000):
            block = os.read(descriptor, _BLOCK)
            received[descriptor] += block
            if not block:
                waiting.unregister(descriptor)
                open_ends.discard(descriptor)
        if len(received[reply]) > limits.output:
            raise ProcessEnded("output")
        if status not in open_ends:
            break  # the process has ended, and so has its reply
    os.set_blocking(reply, False)  # whatever else may still have the other end
    with suppress(BlockingIOError):
        while (block := os.read(reply, _BLOCK)) and len(received[reply]) <= limits.output:
            received[reply] += block
    return replies.read(bytes(received[status]), received[reply])
