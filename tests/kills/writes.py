"""Call something before and after each write below a folder: of a name, an attribute or content."""

from __future__ import annotations

import builtins
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

#: Functions of `os` that change a name or an attribute; the path is their last argument that is one.
CHANGES = ("replace", "rename", "link", "symlink", "unlink", "remove", "mkdir", "rmdir", "utime")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def fsync(handle: Any) -> None:
    """Replace `os.fsync`: a kill loses nothing that was written, so nothing waits for the disk."""
    os.fstat(handle)


class Writes:
    """Writes of this process below ``folder``, one at a time. Subclasses override the three hooks."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.count = 0
        self.pid = os.getpid()
        self._lock = threading.RLock()

    def before(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Called before a write by the function ``name``."""

    def after(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        """Called after a write that succeeded."""

    def done(self, number: int) -> None:
        """Called after write ``number``, also if it failed, as to create a folder that exists."""

    def functions(self) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
        """Yield modules, names and replacements of the functions that write."""
        for name in CHANGES:
            yield os, name, self._wrapped(getattr(os, name), self._is_inside)
        yield os, "open", self._wrapped(os.open, self._opens)
        opened = self._wrapped(io.open, self._opens_file)
        yield io, "open", opened
        yield builtins, "open", opened
        yield os, "fsync", self._wrapped(fsync, self._is_file_inside)

    def _wrapped(self, function: Callable[..., Any], counts: Callable[..., bool]) -> Any:
        name = function.__name__

        def call(*arguments: Any, **named: Any) -> Any:
            if os.getpid() != self.pid or not counts(*arguments, **named):
                return function(*arguments, **named)
            with self._lock:
                self.count += 1
                self.before(name, arguments)
                number = self.count
                try:
                    result = function(*arguments, **named)
                finally:
                    self.done(number)
                self.after(name, arguments, result)
                return result

        return call

    def _is_inside(self, *paths: Any, **_: Any) -> bool:
        return any(self._is_below(path) for path in paths[:2])

    def _is_below(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.folder)

    def _opens(self, path: Any, flags: int, *_: Any, **__: Any) -> bool:
        return bool(flags & WRITES) and self._is_below(path)

    def _opens_file(self, path: Any, mode: str = "r", *_: Any, **__: Any) -> bool:
        return any(letter in mode for letter in "wax+") and self._is_below(path)

    def _is_file_inside(self, handle: Any) -> bool:
        number = handle if isinstance(handle, int) else handle.fileno()
        return os.path.realpath(f"/proc/self/fd/{number}").startswith(self.folder)


class _Checked(Writes):
    def __init__(self, folder: str, check: Callable[[], None]) -> None:
        super().__init__(folder)
        self._check = check
        self.failure: BaseException | None = None

    def done(self, number: int) -> None:
        if self.failure is None:
            try:
                self._check()
            except BaseException as error:
                self.failure = error


@contextmanager
def checked_after_each_write(
    folder: os.PathLike[str], check: Callable[[], None]
) -> Iterator[Writes]:
    """Call ``check`` after each write in the block, in any thread; raise its first exception at the end.

    This finds what a concurrent reader could find, at every moment instead of by chance.
    """
    checked = _Checked(os.fspath(folder), check)
    with ExitStack() as stack:
        for module, name, function in [*checked.functions()]:
            stack.enter_context(mock.patch.object(module, name, function))
        yield checked
    if checked.failure is not None:
        raise checked.failure
