"""A process for one call, on systems without templates: with the limits that the system has, and no confinement."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from extery.isolation import job, replies
from extery.isolation.frames import FrameReader
from extery.isolation.limits import Limits, ProcessEnded, Reply
from extery.isolation.starting import clean_environment, python_command

_REASONS = {
    job.OUT_OF_MEMORY: "memory",
    job.TOO_MUCH_OUTPUT: "output",
    job.DISK_FULL: "disk",
    0: None,
}
#: Address space of a Python that has imported our functions, where the system limits it.
_BASE_MEMORY = 400_000_000
_BLOCK = 1 << 18


def run_once(
    path: str,
    descriptor: int,
    arguments: Mapping[str, Any],
    limits: Limits,
    *,
    files: Mapping[str, int] = MappingProxyType({}),
) -> Reply:
    """Do what `extery.isolation.client.Isolation.call` does, with the dotted path of the function.

    ``files`` are copied: not every system passes descriptors on.
    """
    started = time.monotonic()
    with _started(path, descriptor, arguments, limits, files) as process:
        reply = _read_reply(process, limits)
    return replies.read(_status(process, started), reply)


def stream_once(
    path: str, descriptor: int, arguments: Mapping[str, Any], limits: Limits
) -> Generator[Any]:
    """Do what `extery.isolation.client.Isolation.stream` does, with the dotted path of the function."""
    started = time.monotonic()
    frames, patience = FrameReader(limits.output), _Patience(limits.seconds)
    with _started(path, descriptor, arguments, limits, stream=True) as process:
        assert process.stdout is not None
        try:
            while True:
                with patience.waiting_for(process):
                    block = process.stdout.read(_BLOCK)
                if not block:
                    break
                yield from frames.feed(block)
            with patience.waiting_for(process):
                process.wait()
        finally:
            process.kill()
    replies.read_end(_status(process, started), frames.end)


@contextmanager
def _started(
    path: str,
    descriptor: int,
    arguments: Mapping[str, Any],
    limits: Limits,
    files: Mapping[str, int] = MappingProxyType({}),
    *,
    stream: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process of a call, which has ended when the context ends, with all temporary files."""
    call = {"path": path, "arguments": arguments, "limits": limits._asdict(), "stream": stream}
    with tempfile.TemporaryDirectory(prefix="extery-isolated-") as folder:
        copies = {name: _copy(one, Path(folder, name)) for name, one in files.items()}
        process = subprocess.Popen(  # noqa: S603  this Python and a module of ours
            python_command("extery.isolation.once", json.dumps({**call, "files": copies})),
            stdin=descriptor,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment() | {"TMPDIR": folder, "TEMP": folder},
            cwd=folder,
            bufsize=0,  # of a stream, what is there is wanted
        )
        with process:
            yield process


def _status(process: subprocess.Popen[bytes], started: float) -> bytes:
    """Return what a template says about a call that has ended."""
    code = process.returncode
    status = {
        "reason": _REASONS.get(code, "crash" if code > 0 or os.name == "nt" else "signal"),
        "detail": f"exit status {code}",
        "peak_memory": 0,
        "seconds": round(time.monotonic() - started, 4),
    }
    return json.dumps(status).encode()


class _Patience:
    """Seconds that may be spent waiting for a process, together; what is done between does not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waited = 0.0

    @contextmanager
    def waiting_for(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Kill the process when the time is over, which ends a read that waits for more; then raise `ProcessEnded`."""
        started = time.monotonic()
        timer = threading.Timer(max(0.0, self._seconds - self._waited), process.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._waited += time.monotonic() - started
        if self._waited >= self._seconds:
            raise ProcessEnded("time", seconds=self._waited)


def _copy(descriptor: int, path: Path) -> str:
    with open(descriptor, "rb", closefd=False) as source, path.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return str(path)


def _read_reply(process: subprocess.Popen[bytes], limits: Limits) -> bytes:
    """Return what a process writes until it ends. Raises `ProcessEnded` for one that writes or takes too much."""
    reply, patience = bytearray(), _Patience(limits.seconds)
    assert process.stdout is not None
    try:
        block: bytes | None = b"-"
        while block and len(reply) <= limits.output:
            with patience.waiting_for(process):
                block = process.stdout.read(_BLOCK)
            reply += block or b""
        if len(reply) > limits.output:
            raise ProcessEnded("output")
        with patience.waiting_for(process):
            process.wait()
    finally:
        process.kill()
    return bytes(reply)


def main() -> None:
    """Make the call of the first argument with the file at stdin, and write the reply to stdout."""
    message = json.loads(sys.argv[1])
    limits = Limits(**message["limits"])
    job.find_function(message["path"])
    job.limit_process(limits, _BASE_MEMORY)
    with (
        open(os.dup(0), "rb") as file,  # noqa: PTH123  descriptors
        open(os.dup(1), "wb") as output,  # noqa: PTH123
        ExitStack() as opened,
    ):
        others = {
            name: opened.enter_context(Path(path).open("rb"))
            for name, path in message["files"].items()
        }
        arguments = message["arguments"] | others
        run = job.run_stream if message["stream"] else job.run
        run(message["path"], file, arguments, output, limits.output)


if __name__ == "__main__":
    main()
