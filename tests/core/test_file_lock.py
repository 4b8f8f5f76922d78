"""Locks of single files: they exclude processes and threads, and are the same as those of the library filelock."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import filelock
import pytest

from extery.core.file_lock import FileLock, LockTimeout

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the library itself is used there")


@posix_only
def test_the_library_filelock_is_excluded(tmp_path: Path) -> None:
    with filelock.FileLock(tmp_path / "lock"), pytest.raises(LockTimeout, match="locked for 0 s"):
        FileLock(tmp_path / "lock").acquire()
    own = FileLock(tmp_path / "lock")
    own.acquire()
    with pytest.raises(filelock.Timeout):
        filelock.FileLock(tmp_path / "lock").acquire(timeout=0)
    own.release()
    with filelock.FileLock(tmp_path / "lock", timeout=0):
        assert (tmp_path / "lock").exists()


@posix_only
def test_a_lock_file_that_was_replaced_does_not_count(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire()
    (tmp_path / "lock").unlink()
    second.acquire()
    with pytest.raises(LockTimeout):
        FileLock(tmp_path / "lock").acquire()
    first.release()
    with pytest.raises(LockTimeout):
        FileLock(tmp_path / "lock").acquire()
    second.release()


def test_a_lock_is_waited_for_until_it_is_released(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire()
    timer = threading.Timer(0.05, first.release)
    timer.start()
    second.acquire(timeout=300)
    timer.join()
    with pytest.raises(LockTimeout):
        first.acquire()
    second.release()
    second.release()  # once more does nothing


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_in_place_of_the_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(OSError, match="not an ordinary file"):
        FileLock(tmp_path / "lock").acquire(timeout=300)


@posix_only
def test_the_library_is_not_imported() -> None:
    code = "import sys, extery.core.locks; print('filelock' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=300
    )
    assert done.stdout == "False\n"
