"""Blender's lock on a repository, so that a running Blender and Extery do not change it at the same time.

It is a text file with the path of the temporary folder of a session. Blender takes the lock as held while that path
exists, and removes it otherwise (contract, 5.3). On Linux we write the path of our process in ``/proc``, which vanishes
with it; elsewhere that of a folder which the next command removes if this one is killed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from extery.client import layout
from extery.client.unusable import unusable
from extery.core.errors import Conflict, Where
from extery.core.files import read_regular

_POLL_SECONDS = 0.2
#: Time between the creation of a lock and the text in it.
_EMPTY_SECONDS = 0.05
_MAX_BYTES = 16_384
_SESSION = "session"


@contextmanager
def blender_locks(
    folders: Iterable[Path],
    state_folder: Path,
    *,
    timeout: float,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Hold Blender's locks of the repositories in ``folders`` during the block.

    The caller holds the lock of the target, whose state is in ``state_folder``. Raises `Conflict` if a running Blender
    holds one for ``timeout`` seconds.
    """
    session = _session_path(state_folder)
    until = time.monotonic() + timeout
    with ExitStack() as held:
        for folder in sorted(set(folders)):
            path = folder / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK
            _acquire(path, session, until, on_wait)
            held.callback(_release, path)
        yield


def _session_path(state_folder: Path) -> str:
    own = Path(f"/proc/{os.getpid()}")
    if own.exists():
        return str(own)
    folder = state_folder / _SESSION
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def holder_of(path: Path) -> str:
    """Return the temporary folder of the session that holds a lock, empty if none does."""
    try:
        text = read_regular(path, limit=_MAX_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return ""
    return text if text and "\0" not in text and os.path.lexists(text) else ""


def remove_own_lock(folder: Path, state_folder: Path) -> None:
    """Remove the lock on the repository ``folder`` that a killed command of ours has left."""
    path = folder / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK
    with suppress(OSError):
        text = read_regular(path, limit=_MAX_BYTES).decode("utf-8", "surrogateescape")
        if not text:  # a process was killed before it wrote the path, or Blender is about to
            time.sleep(_EMPTY_SECONDS)
            text = read_regular(path, limit=_MAX_BYTES).decode("utf-8", "surrogateescape")
        is_ours = not text or text.startswith("/proc/") or text == str(state_folder / _SESSION)
        if is_ours and (not holder_of(path) or text == _session_path(state_folder)):
            path.unlink()


def _acquire(path: Path, session: str, until: float, on_wait: Callable[[str], None]) -> None:
    has_waited = False
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", errors="surrogateescape") as file:
                file.write(session)
        except FileExistsError:
            pass
        except OSError as error:
            with suppress(OSError):  # a full disk: nothing of it stays
                path.unlink(missing_ok=True)
                path.parent.rmdir()
            raise unusable(path, error) from error
        else:
            return
        holder = holder_of(path)
        if not holder or holder == session:  # ended, or a killed command of ours
            with suppress(OSError):
                path.unlink()
            continue
        if time.monotonic() >= until:
            raise Conflict.of(
                "target.blender-busy", where=Where(str(path)), path=str(path), holder=holder
            )
        if not has_waited:
            on_wait("Blender, which is installing extensions")
            has_waited = True
        time.sleep(_POLL_SECONDS)


def _release(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
