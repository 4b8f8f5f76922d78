"""One call in its process: limit it, run the function, and write the reply.

The reply is a line of JSON and the bytes that the function returned. An isolated function is called with the file and
keyword arguments from JSON, and returns a value for JSON, or a pair of it and bytes (a tuple). One that is called for a
stream yields values and bytes instead, and its reply is frames.
"""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO, NoReturn

from extery.core.errors import ExteryError
from extery.isolation.frames import FrameWriter, TooMuchOutput
from extery.isolation.limits import Limits

#: Exit statuses of a process without a reply.
OUT_OF_MEMORY, TOO_MUCH_OUTPUT, DISK_FULL, NOT_CONFINED = 91, 92, 93, 94
_EXIT_STATUSES = {errno.ENOSPC: DISK_FULL, errno.EFBIG: DISK_FULL, errno.ENOMEM: OUT_OF_MEMORY}
_MAX_LOG = 4_000


def find_function(path: str) -> Callable[..., Any]:
    """Return the function at a dotted path, a name of a module and of a function in it."""
    module, _, name = path.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


def limit_process(limits: Limits, base_memory: int) -> None:
    """Set the limits of this process and of those that it starts, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_CORE: (0, 0),
        # The first limit is a signal that the first process of a namespace does not get; the second one kills it.
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_FSIZE: (limits.disk, limits.disk),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
        resource.RLIMIT_AS: (base_memory + limits.memory, base_memory + limits.memory),
    }
    for kind, (soft, hard) in wanted.items():
        with suppress(ValueError, OSError):  # macOS refuses some, and a lower limit stays
            resource.setrlimit(kind, (soft, hard))
    # A file that becomes too large is an error in the function, so that it can be told apart.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def run(
    path: str, file: BinaryIO, arguments: Mapping[str, Any], output: BinaryIO, maximum: int
) -> NoReturn:
    """Call the function, write its reply of at most ``maximum`` bytes, and end this process."""

    def reply(log: io.StringIO) -> None:
        head, data = _call(path, file, arguments)
        head["log"] = log.getvalue()[:_MAX_LOG]
        head["size"] = len(data)
        line = json.dumps(head).encode() + b"\n"
        if len(line) + len(data) > maximum:
            raise TooMuchOutput
        output.write(line)
        output.write(data)
        output.flush()

    _end_after(reply)


def run_stream(
    path: str, file: BinaryIO, arguments: Mapping[str, Any], output: BinaryIO, maximum: int
) -> NoReturn:
    """Call the function, write what it yields in frames of at most ``maximum`` bytes together, and end this process."""

    def reply(log: io.StringIO) -> None:
        frames, head = FrameWriter(output, maximum), {}
        try:
            for item in find_function(path)(file, **arguments):
                frames.write(item)
        except (MemoryError, TooMuchOutput):
            raise
        except BaseException as error:
            head = _failure(error)
        frames.end({**head, "log": log.getvalue()[:_MAX_LOG]})

    _end_after(reply)


def _end_after(reply: Callable[[io.StringIO], None]) -> NoReturn:
    """Write a reply with what is logged meanwhile, and end this process with the status that says whether it is complete."""
    log = io.StringIO()
    logging.basicConfig(stream=log, level=logging.WARNING, force=True)
    try:
        reply(log)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except TooMuchOutput:
        os._exit(TOO_MUCH_OUTPUT)
    except BaseException:  # what is wrong with the reply is the fault of the function
        os._exit(1)
    os._exit(0)


def _call(path: str, file: BinaryIO, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        returned = find_function(path)(file, **arguments)
    except MemoryError:
        raise
    except BaseException as error:
        return _failure(error), b""
    value, data = returned if isinstance(returned, tuple) else (returned, b"")
    return {"value": value}, data


def _failure(error: BaseException) -> dict[str, Any]:
    """Return what the reply says about an error of the function; one of a full disk or memory ends this process."""
    if isinstance(error, ExteryError):
        problems = [problem.as_dict() for problem in error.problems]
        return {"error": type(error).__name__, "problems": problems}
    if isinstance(error, OSError) and error.errno in _EXIT_STATUSES:
        os._exit(_EXIT_STATUSES[error.errno])
    return {"crash": _describe(error)}


def _describe(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}: {error}"[:_MAX_LOG]
