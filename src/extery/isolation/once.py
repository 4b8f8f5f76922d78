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
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any

from extery.isolation import job, replies
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
    with tempfile.TemporaryDirectory(prefix="extery-isolated-") as folder:
        copies = {name: _copy(one, Path(folder, name)) for name, one in files.items()}
        call = {"path": path, "arguments": arguments, "limits": limits._asdict()}
        message = json.dumps({**call, "files": copies})
        process = subprocess.Popen(  # noqa: S603  this Python and a module of ours
            python_command("extery.isolation.once", message),
            stdin=descriptor,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment() | {"TMPDIR": folder, "TEMP": folder},
            cwd=folder,
        )
        reply = _read_reply(process, limits)
    code = process.returncode
    status = {
        "reason": _REASONS.get(code, "crash" if code > 0 or os.name == "nt" else "signal"),
        "detail": f"exit status {code}",
        "peak_memory": 0,
        "seconds": round(time.monotonic() - started, 4),
    }
    return replies.read(json.dumps(status).encode(), reply)


def _copy(descriptor: int, path: Path) -> str:
    with open(descriptor, "rb", closefd=False) as source, path.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return str(path)


def _read_reply(process: subprocess.Popen[bytes], limits: Limits) -> bytes:
    """Return what a process writes until it ends. Raises `ProcessEnded` for one that writes or takes too much."""
    started = time.monotonic()
    # Ends a read that waits for more, too.
    timer = threading.Timer(limits.seconds, process.kill)
    timer.start()
    try:
        with process:
            assert process.stdout is not None
            reply = process.stdout.read(limits.output + 1)
            if len(reply) > limits.output:
                process.kill()
                raise ProcessEnded("output", seconds=time.monotonic() - started)
    finally:
        timer.cancel()
    if process.returncode != 0 and time.monotonic() - started >= limits.seconds:
        raise ProcessEnded("time", seconds=time.monotonic() - started)
    return reply


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
        job.run(message["path"], file, message["arguments"] | others, output, limits.output)


if __name__ == "__main__":
    main()
