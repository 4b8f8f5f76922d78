"""Functions that tests call in isolation: what hostile files may do to a process that reads them."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from extery.core.errors import InvalidInput


def echo(file: BinaryIO, **arguments: Any) -> tuple[dict[str, Any], bytes]:
    data = file.read()
    return {"size": len(data), **arguments}, data


def parts(file: BinaryIO, *, numbers: int, size: int = 0) -> Iterator[Any]:
    """Yield the file, and then numbers with bytes."""
    yield file.read()
    for number in range(numbers):
        yield {"number": number}
        if size:
            yield memoryview(bytes(size))


def parts_then(file: BinaryIO, *, then: str, **arguments: Any) -> Iterator[Any]:
    """Yield the file, and then do what another function does."""
    yield file.read()
    globals()[then](file, **arguments)


def read_two(file: BinaryIO, *, name: str, other: BinaryIO) -> list[str]:
    return [name, file.read().decode(), other.read().decode()]


def refuse(_file: BinaryIO) -> None:
    raise InvalidInput.of("package.unreadable", file="gears.zip", reason="it is refused")


def crash(_file: BinaryIO) -> None:
    raise LookupError("what a stranger wrote")


def take_memory(_file: BinaryIO, *, size: int) -> int:
    return len(bytearray(size))


def check_much(file: BinaryIO, *, name: str, profile: str) -> dict[str, Any]:
    """Do what a check of a package does whose files take much memory."""
    if len(file.read()) > 100:
        bytearray(2_000_000_000)
    return {"problems": [], "table": None, "refusals": []}


def spin(_file: BinaryIO) -> None:
    while True:
        pass


def sleep(_file: BinaryIO) -> None:
    time.sleep(1_000)


def fault(_file: BinaryIO) -> None:
    ctypes.string_at(0)


def kill_itself(_file: BinaryIO) -> None:
    os._exit(0)


def print_much(_file: BinaryIO, *, size: int) -> str:
    return "x" * size


def write_much(_file: BinaryIO, *, size: int, files: int = 1) -> int:
    for _ in range(files):
        with tempfile.NamedTemporaryFile(delete=False) as copy:
            copy.write(bytes(size))
    return size


def flood(_file: BinaryIO) -> None:
    """Write to stdout without an end."""
    while True:
        os.write(1, bytes(65_536))


def close_and_sleep(_file: BinaryIO) -> None:
    """Close all descriptors, so that the reader sees an end, and stay."""
    os.closerange(0, 64)
    time.sleep(1_000)


def forge(_file: BinaryIO, *, text: str, encoding: str = "utf-8") -> None:
    """Write to all descriptors, as code that has taken over a process could."""
    for number in range(3, 10):
        with suppress(OSError):
            os.write(number, text.encode(encoding))
    os._exit(0)


def forge_bytes(file: BinaryIO, *, text: str) -> None:
    """Do what `forge` does with bytes, given as Latin-1."""
    forge(file, text=text, encoding="latin-1")


def attempts(_file: BinaryIO, *, hidden: str) -> dict[str, Any]:
    """Try what a process that reads strangers' files has no need of; return what came of it."""

    def tried(attempt: Any) -> str:
        try:
            return str(attempt())
        except Exception as error:
            return type(error).__name__

    return {
        "socket": tried(lambda: socket.socket()),
        "unix socket": tried(lambda: socket.socket(socket.AF_UNIX)),
        "process": tried(lambda: subprocess.run(["/bin/true"], check=True)),
        "fork": tried(_forked),
        "write": tried(lambda: Path(sys.prefix, "extery-test").write_text("x")),
        "hidden": tried(lambda: _names(hidden)),
        "other processes": tried(lambda: [n for n in _names("/proc") if n.isdigit()]),
        "environment": sorted(os.environ),
        "folder": _names("."),
        "descriptors": [n for n in range(3, 64) if _is_open(n)],
    }


def _names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def _forked() -> int:
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    return 1


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def leave_process(_file: BinaryIO, *, detached: bool, token: str) -> int:
    """Start a process that goes on, in a session of its own if it is detached; its command has the token."""
    subprocess.Popen(
        [sys.executable, "-S", "-c", f"import time; time.sleep(1000) # {token}"],
        start_new_session=detached,
    )
    return 1


def unpack_nothing(_file: BinaryIO) -> Iterator[Any]:
    """End the process before it has said what a package is."""
    os._exit(0)
    yield {}


def unpack_half(_file: BinaryIO) -> Iterator[Any]:
    """End the process while it unpacks a package."""
    yield {"is_archive": True, "is_plain": False, "largest": 0}
    yield {"zip": 1}
    yield bytes(100_000)
    os._exit(0)


def unpack_forever(_file: BinaryIO) -> Iterator[Any]:
    """Unpack a bomb."""
    yield {"is_archive": True, "is_plain": False, "largest": 0}
    yield {"zip": 1}
    while True:
        yield bytes(1_000_000)
