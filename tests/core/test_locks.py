"""Lock files: their holders, timeouts, and other files with their names."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extery.core.errors import Conflict, Unavailable
from extery.core.file_lock import FileLock
from extery.core.locks import Holder, locked

HOLDER = """\
import sys, time
from pathlib import Path
from extery.core.locks import locked
with locked(Path(sys.argv[1]), area="mirror", command="extery mirror", timeout=0):
    print("held", flush=True)
    time.sleep(600)
"""

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "repo" / ".extery" / "lock"


@pytest.fixture(autouse=True)
def _folder(lock: Path) -> None:
    lock.parent.parent.mkdir()


@contextmanager
def held_elsewhere(lock: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in another process during the block."""
    command = [sys.executable, "-c", HOLDER, str(lock), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def refusal(lock: Path, *, timeout: float = 0) -> Conflict:
    with (
        pytest.raises(Conflict) as caught,
        locked(lock, area="generate", command="test", timeout=timeout),
    ):
        pytest.fail("the lock was acquired twice")
    return caught.value


def test_the_error_for_a_held_lock_names_its_process_and_a_remedy(lock: Path) -> None:
    with held_elsewhere(lock) as process:
        error = refusal(lock)

    assert error.code == "generate.locked"
    [problem] = error.problems
    assert f"is in use by process {process.pid} (extery mirror) on " in problem.message
    assert ", since 20" in problem.message
    assert problem.hint.endswith(f"kill {process.pid}")


def test_waiting_reports_the_holder_immediately_and_has_a_limit(lock: Path) -> None:
    waits: list[str] = []

    with held_elsewhere(lock) as process:
        with (
            pytest.raises(Conflict) as caught,
            locked(lock, area="generate", command="t", timeout=0.3, on_wait=waits.append),
        ):
            pytest.fail("the lock was acquired twice")
        [holder] = waits
        assert f"process {process.pid} (extery mirror)" in holder
        assert "(waited 0.3 seconds)" in str(caught.value)


def test_a_lock_that_is_released_during_the_wait_is_taken(lock: Path) -> None:
    with (
        held_elsewhere(lock) as process,
        locked(lock, area="generate", command="t", timeout=300, on_wait=lambda _: process.kill()),
    ):
        holder = Holder.read(lock)
        assert holder is not None
        assert (holder.pid, holder.command) == (os.getpid(), "t")


def test_a_lock_of_a_killed_process_is_free_and_marked_as_interrupted(lock: Path) -> None:
    with held_elsewhere(lock) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with locked(lock, area="mirror", command="test", timeout=0) as taken:
            assert taken.was_interrupted

    with locked(lock, area="mirror", command="test", timeout=0) as taken:
        assert not taken.was_interrupted
        assert taken.taken_at == lock.stat().st_mtime_ns


def test_the_lock_file_stays_and_the_holder_file_is_removed(lock: Path) -> None:
    places = []
    for _ in range(3):
        with locked(lock, area="mirror", command="test", timeout=0):
            places.append((lock.stat().st_ino, lock.with_name("lock.holder").exists()))
        assert [path.name for path in lock.parent.iterdir()] == ["lock"]

    assert set(places) == {(lock.stat().st_ino, True)}


def test_threads_of_one_process_exclude_each_other(lock: Path) -> None:
    inside, at_once, most = threading.Lock(), [0], [0]

    def work() -> None:
        for _ in range(5):
            with locked(lock, area="generate", command="test", timeout=300):
                with inside:
                    at_once[0] += 1
                    most[0] = max(most[0], at_once[0])
                time.sleep(0.002)
                with inside:
                    at_once[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]
    with locked(lock, area="generate", command="test", timeout=0):
        assert "the other thread of this program" in refusal(lock).problems[0].hint


def test_the_arguments_of_a_command_are_not_shown(lock: Path) -> None:
    with held_elsewhere(lock, "--access-token", "s3cret"):
        assert "s3cret" not in lock.with_name("lock.holder").read_text()


def describe(lock: Path, **changes: object) -> None:
    """Replace the holder file, as another process could, while this one holds the lock."""
    facts = Holder.current("extery mirror")._asdict() | changes
    lock.with_name("lock.holder").write_text(json.dumps(facts))


@only_linux
def test_the_process_in_the_holder_file_is_shown_only_while_it_runs(lock: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with locked(lock, area="generate", command="test", timeout=0):
        describe(lock, pid=ended.pid)
        assert "in use by another process" in str(refusal(lock))
        describe(lock, started="1")  # another process with this number
        assert "in use by another process" in str(refusal(lock))
        describe(lock, started="", pid=ended.pid)
        assert "in use by another process" in str(refusal(lock))
        describe(lock)
        assert f"in use by process {os.getpid()}" in str(refusal(lock))


def test_a_process_on_another_computer_is_named_with_its_computer(lock: Path) -> None:
    with locked(lock, area="generate", command="test", timeout=0):
        describe(lock, pid=4711, host="build-9")
        error = refusal(lock)

    assert "process 4711 (extery mirror) on build-9" in str(error)
    assert error.problems[0].hint.endswith("end process 4711 on build-9")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff" * 100,
        b"[" * 100_000,
        *(
            json.dumps(Holder.current("t")._asdict() | {"host": "elsewhere"} | change).encode()
            for change in (
                {"pid": -1},
                {"pid": 0},
                {"pid": "1"},
                {"pid": True},
                {"pid": 10**400},
                {"since": "now"},
                {"since": 1e300},
                {"since": -1},
                {"more": 1},
            )
        ),
    ],
    ids=range(14),  # the values contain times
)
def test_an_invalid_holder_file_is_ignored(lock: Path, text: bytes) -> None:
    with locked(lock, area="generate", command="test", timeout=0):
        lock.with_name("lock.holder").write_bytes(text)
        assert "in use by another process" in str(refusal(lock))


def test_control_characters_of_the_holder_file_are_replaced(lock: Path) -> None:
    with locked(lock, area="generate", command="test", timeout=0):
        describe(lock, host="a\x1b[2Jb\nc")
        assert "on a?[2Jb?c, since" in str(refusal(lock))


def test_a_link_in_place_of_the_holder_file_is_not_followed(lock: Path) -> None:
    lock.parent.mkdir()
    mine = lock.parent / "mine"
    mine.write_text("mine")
    lock.with_name("lock.holder").symlink_to(mine)

    with locked(lock, area="generate", command="test", timeout=0):
        assert Holder.read(lock) is not None
    assert mine.read_text() == "mine"


def test_with_a_folder_in_place_of_the_holder_file_the_lock_still_works(lock: Path) -> None:
    lock.with_name("lock.holder").mkdir(parents=True)

    with locked(lock, area="generate", command="test", timeout=0):
        assert "in use by another process" in str(refusal(lock))


def unusable(lock: Path) -> Unavailable:
    with (
        pytest.raises(Unavailable) as caught,
        locked(lock, area="generate", command="test", timeout=0),
    ):
        pytest.fail("the lock was acquired")
    assert str(lock) in str(caught.value)
    return caught.value


def test_a_lock_file_that_is_a_link_is_not_followed(lock: Path) -> None:
    lock.parent.mkdir()
    lock.symlink_to(lock.parent.parent / "mine")

    error = unusable(lock)

    assert error.code == "generate.lock-unusable"
    assert "is a symbolic link" in str(error)
    assert not (lock.parent.parent / "mine").exists()


def test_a_folder_in_place_of_the_lock_is_reported(lock: Path) -> None:
    lock.mkdir(parents=True)

    error = unusable(lock)

    assert error.code == "generate.lock-unusable"
    assert "is a folder" in str(error)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EROFS, "generate.unwritable"),
        (errno.EACCES, "generate.unwritable"),
        (errno.ENOSPC, "generate.unwritable"),
        (errno.ENOSYS, "generate.lock-unusable"),
        (errno.ENOLCK, "generate.lock-unusable"),
    ],
)
def test_errors_of_the_system_have_codes_of_their_own(
    lock: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(FileLock, "acquire", refuse)

    assert unusable(lock).code == code


def test_a_file_in_place_of_the_folder_of_the_lock_is_reported(lock: Path) -> None:
    lock.parent.touch()

    assert unusable(lock).code == "generate.unwritable"


@only_linux
def open_files(process: int) -> list[str]:
    return [os.path.realpath(path) for path in Path(f"/proc/{process}/fd").iterdir()]


def test_a_forked_child_does_not_hold_the_lock(lock: Path) -> None:
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom extery.core.locks import locked\n"
        "with locked(Path(sys.argv[1]), area='mirror', command='test', timeout=0):\n"
        "    if not (child := os.fork()):\n        time.sleep(600)\n"
        "    print(child, flush=True)\n    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            deadline = time.monotonic() + 300  # the child closes the file some time after its start
            while str(lock) in (names := open_files(child)) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert names
            assert str(lock) not in names
            process.kill()
            process.wait()
            assert Path(f"/proc/{child}").exists()
            with locked(lock, area="mirror", command="test", timeout=0):
                pass
        finally:
            process.kill()
            os.kill(child, signal.SIGKILL)
