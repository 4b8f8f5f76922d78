"""Replace a folder by another one with renames, so that a crash at any moment can be completed.

Where the system can exchange two names in one step (Linux, macOS), readers see the old folder or the new one and never
none. Elsewhere the old folder is renamed away first.
"""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_RENAME_EXCHANGE = 2  # the same value in Linux's renameat2 and macOS's renamex_np
_AT_FDCWD = -100
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


def exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two folders in one step; return False if the system or file system cannot do that."""
    function = _exchange_function()
    if function is None:
        return False
    code = function(os.fsencode(one), os.fsencode(other))
    if code == 0:
        return True
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


@cache
def _exchange_function() -> Callable[[bytes, bytes], int] | None:
    """Return a function that exchanges two names and returns 0 or an error number; ``None`` without one."""
    if sys.platform not in ("linux", "darwin"):
        return None
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    name = "renameat2" if sys.platform == "linux" else "renamex_np"
    function = getattr(library, name, None)
    if function is None:
        return None

    def call(one: bytes, other: bytes) -> int:
        if sys.platform == "linux":
            result = function(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE)
        else:
            result = function(one, other, _RENAME_EXCHANGE)
        return ctypes.get_errno() if result else 0

    return call


def folder_id(path: Path) -> int:
    """Return the number that identifies a folder on its file system, also after it was renamed."""
    return os.lstat(path).st_ino


def switch(new: Path | None, place: Path, old: Path, *, new_id: int = 0) -> bool:
    """Put the folder ``new`` at ``place``, and what was there at ``old``; complete a switch that was interrupted.

    Without ``new``, what is at ``place`` is removed to ``old``. ``new_id`` is the `folder_id` of ``new`` before the first
    attempt. The parents of all three exist, on one file system; ``old`` does not exist before the first attempt. Returns
    whether anything was still to do. Raises `OSError`, for example if a file is in use on Windows; then everything
    is as before, or the switch can be completed by another call.
    """
    if new is None:
        # If both exist, something has installed it again since the removal was interrupted.
        if os.path.lexists(old) or not os.path.lexists(place):
            return False
        os.rename(place, old)
        return True
    if not os.path.lexists(new):
        return False
    if folder_id(new) != new_id:  # exchanged already: what is there now is the old folder
        os.rename(new, old)
        return True
    if os.path.lexists(place):
        if exchange(new, place):
            os.rename(new, old)
            return True
        os.rename(place, old)
    try:
        os.rename(new, place)
    except OSError:
        if os.path.lexists(old) and not os.path.lexists(place):
            os.rename(old, place)
        raise
    return True
