"""A disk that is full, and folders that may not be written, for the code under test in this process.

`FullDisk` fails calls of the system and of open files; what SQLite writes is not among them, so a small
`tmpfs` is for the rest. `without_root` makes the permissions of files count for root too.
"""

from __future__ import annotations

import builtins
import ctypes
import errno
import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from extery.client import switch

#: Calls of the system that need space on a disk.
CALLS = ("mkdir", "rename", "replace", "write", "fsync", "sendfile")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class FullDisk:
    """Fails the call number ``after`` that needs space, counted from 0, and with ``stays`` each later one."""

    def __init__(self, after: int, *, stays: bool = True, code: int = errno.ENOSPC) -> None:
        self.failed = 0
        self._left = after
        self._stays = stays
        self._code = code
        self._lock = threading.Lock()
        self._patches = ExitStack()

    def __enter__(self) -> FullDisk:
        for name in CALLS:
            self._patch(os, name, self._counted(getattr(os, name)))
        self._patch(os, "open", self._open_of(os.open))
        self._patch(switch, "exchange", self._counted(switch.exchange))
        opened = self._file_of(io.open)
        self._patch(io, "open", opened)
        self._patch(builtins, "open", opened)
        return self

    def __exit__(self, *_: object) -> None:
        self._patches.close()

    def _patch(self, module: object, name: str, call: Callable[..., Any]) -> None:
        self._patches.enter_context(mock.patch.object(module, name, call))

    def use(self) -> None:
        """Count one call; raises `OSError` if it fails."""
        with self._lock:
            self._left -= 1
            if self._left == -1 or (self._left < 0 and self._stays):
                self.failed += 1
                raise OSError(self._code, os.strerror(self._code))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            self.use()
            return call(*arguments, **options)

        return run

    def _open_of(self, call: Callable[..., int]) -> Callable[..., int]:
        def run(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if flags & _WRITING:
                self.use()
            return call(path, flags, *arguments, **options)

        return run

    def _file_of(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``open``: the raw file of a writable one fails, when its buffer is written or closed."""

        def run(
            file: Any, mode: str = "r", buffering: int = -1, *arguments: Any, **options: Any
        ) -> Any:
            if not set(mode) & set("wax+") or options.get("opener"):
                return call(file, mode, buffering, *arguments, **options)
            if not isinstance(file, int):
                self.use()
            raw = _Raw(file, mode.replace("b", "").replace("t", ""), self.use)
            buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            if "b" in mode:
                return buffered
            return io.TextIOWrapper(buffered, *arguments, **options)

        return run


class _Raw(io.FileIO):
    """A file whose writes may fail."""

    def __init__(self, file: Any, mode: str, use: Callable[[], None]) -> None:
        super().__init__(file, mode)
        self._use = use

    def write(self, data: Any, /) -> int:
        self._use()
        return super().write(data)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Yield ``folder`` as a file system of its own of ``size`` bytes; skips the test without the right to mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("only root on Linux can mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, free: int) -> Path:
    """Write a file that leaves ``free`` bytes of the disk, and return its path."""
    status = os.statvfs(folder)
    path = folder / "ballast"
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize - free)
    return path


_CAPABILITY_VERSION = 0x20080522
#: Bits of the rights with which root reads and writes what its permissions forbid.
_OVERRIDE = 0b110


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Rights(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def without_root() -> Iterator[None]:
    """Run the block without the rights of root on files of any mode, on Linux; threads begun in it have none either."""
    if os.name == "nt":
        pytest.skip("the modes of folders have no meaning on Windows")
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root can write everywhere")
    library = ctypes.CDLL(None, use_errno=True)
    header, rights = _Header(_CAPABILITY_VERSION, 0), (_Rights * 2)()
    assert library.capget(ctypes.byref(header), rights) == 0
    before = rights[0].effective
    rights[0].effective = before & ~_OVERRIDE
    assert library.capset(ctypes.byref(header), rights) == 0
    try:
        yield
    finally:
        rights[0].effective = before
        assert library.capset(ctypes.byref(header), rights) == 0
