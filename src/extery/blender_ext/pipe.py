"""Wait until Blender has read all messages: it stops reading when the process has ended, and loses what is left."""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress

#: Seconds to wait for a reader that does not read. Blender reads every 0.05 seconds.
MAX_SECONDS = 1.0
_INTERVAL = 0.005


def wait_until_read(descriptor: int, seconds: float = MAX_SECONDS) -> None:
    """Return when the pipe is empty; at once for anything but a pipe, and where the system cannot tell."""
    with suppress(OSError, ImportError):
        until = time.monotonic() + seconds
        while (
            stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            and _unread(descriptor)
            and time.monotonic() < until
        ):
            time.sleep(_INTERVAL)


def _unread(descriptor: int) -> int:
    """Return the number of bytes in a pipe; Linux tells it at either end."""
    if sys.platform != "linux":
        return 0
    import fcntl
    import termios

    buffer = bytearray(4)
    fcntl.ioctl(descriptor, termios.FIONREAD, buffer)
    return int.from_bytes(buffer, sys.byteorder)
