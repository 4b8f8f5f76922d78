"""Isolated functions return values; what harms them ends their process, and nothing else."""

from __future__ import annotations

import io
import os
import signal
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extery.core.errors import InvalidInput
from extery.isolation.client import Isolation
from extery.isolation.limits import Limits, ProcessEnded
from tests.isolation.conftest import find_processes
from tests.waiting import is_alive, wait_until


def file() -> io.BytesIO:
    return io.BytesIO(b"a strange file")


def ended(isolation: Isolation, name: str, limits: Limits = Limits(), **arguments: object) -> str:
    with pytest.raises(ProcessEnded) as caught:
        isolation.call(name, file(), arguments, limits)
    assert "a strange file" not in str(caught.value)
    return caught.value.reason


def works(isolation: Isolation) -> bool:
    return isolation.call("echo", file(), {"a": 1}).value == {"size": 14, "a": 1}


def test_a_function_gets_the_file_and_its_arguments(isolation: Isolation) -> None:
    reply = isolation.call("echo", file(), {"name": "ä\0\ud800"})
    assert reply.value == {"size": 14, "name": "ä\0\ud800"}
    assert reply.data == b"a strange file"
    assert reply.peak_memory > 1_000_000


def test_a_function_gets_all_of_a_file_wherever_its_position_is(
    isolation: Isolation, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789" * 10_000)
    with path.open("r+b") as opened:
        opened.seek(0, os.SEEK_END)
        opened.write(b"more")
        opened.seek(5)
        assert opened.read(3) == b"567"
        assert isolation.call("echo", opened, {}).data == path.read_bytes()
        opened.seek(3)
        assert opened.read(3) == b"345"
        assert opened.seek(0, os.SEEK_END) == 100_004


def test_a_function_gets_files_as_arguments(isolation: Isolation, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("another one")
    with (tmp_path / "other").open("rb") as other:
        other.seek(5)
        for _ in range(2):
            reply = isolation.call("read_two", file(), {"name": "x"}, files={"other": other})
            assert reply.value == ["x", "a strange file", "another one"]


def test_only_functions_of_the_list_are_called(isolation: Isolation) -> None:
    with pytest.raises(KeyError):
        isolation.call("os.remove", file(), {})


def test_an_error_of_ours_goes_through(isolation: Isolation) -> None:
    with pytest.raises(InvalidInput) as caught:
        isolation.call("refuse", file(), {})
    [problem] = caught.value.problems
    assert problem.code == "package.unreadable"
    assert problem.message == "gears.zip cannot be opened: it is refused"


@pytest.mark.parametrize(
    ("name", "arguments", "limits", "reason"),
    [
        ("take_memory", {"size": 400_000_000}, Limits(memory=100_000_000), "memory"),
        ("sleep", {}, Limits(seconds=0.3), "time"),
        ("spin", {}, Limits(cpu_seconds=1), "time"),
        ("print_much", {"size": 5_000}, Limits(output=4_000), "output"),
        ("write_much", {"size": 300_000}, Limits(disk=200_000), "disk"),
        ("crash", {}, Limits(), "crash"),
        ("fault", {}, Limits(), "crash"),
        ("kill_itself", {}, Limits(), "crash"),
        ("forge", {"text": "{}"}, Limits(), "crash"),
        ("forge", {"text": '{"log": "", "value": 1, "size": 9}\n'}, Limits(), "crash"),
        ("forge", {"text": '{"log": "", "error": "Problem", "problems": []}\n'}, Limits(), "crash"),
        ("forge", {"text": "[" * 100_000}, Limits(), "crash"),
        ("forge", {"text": "x" * 60_000}, Limits(output=1_000), "output"),
    ],
)
def test_what_a_function_must_not_do_ends_its_process_only(
    isolation: Isolation, name: str, arguments: dict[str, object], limits: Limits, reason: str
) -> None:
    template = isolation._running().process.pid
    assert ended(isolation, name, limits, **arguments) == reason
    assert works(isolation)
    assert isolation._running().process.pid == template


def test_temporary_files_are_limited_together(isolation: Isolation) -> None:
    if isolation.kind != "namespaces":
        pytest.skip("without namespaces, the size of one file is limited")
    limits = Limits(disk=1_000_000)
    assert ended(isolation, "write_much", limits, size=400_000, files=5) == "disk"


def test_temporary_files_are_removed(isolation: Isolation) -> None:
    isolation.call("write_much", file(), {"size": 10_000, "files": 3})
    folder = isolation._running().folder
    assert not folder or not list(Path(folder).iterdir())
    made = Path(tempfile.gettempdir()).glob(f"extery-isolated-{os.getpid()}-*")
    assert [str(path) for path in made] == [folder] * bool(folder)


@pytest.mark.parametrize("processes", [False, True])
def test_a_function_reaches_nothing_that_it_does_not_need(
    isolation: Isolation,
    hidden_folder: Path,
    processes: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXTERY_SECRET_KEY", "secret")
    limits = Limits(processes=processes)
    found = isolation.call("attempts", file(), {"hidden": str(hidden_folder)}, limits).value
    assert found["socket"] == found["unix socket"] == "PermissionError"
    assert (found["process"] == "PermissionError") is not processes
    assert (found["fork"] == "PermissionError") is not processes
    assert not [name for name in found["environment"] if name.startswith(("EXTERY", "AWS"))]
    assert found["folder"] == []
    assert found["descriptors"] == [3, 4]
    if isolation.kind != "filter":
        assert found["write"] == "OSError"
        # The folder for temporary files may be covered as a whole.
        assert found["hidden"] in {"[]", "FileNotFoundError"}
        assert str(os.getpid()) not in found["other processes"]


@pytest.mark.parametrize("detached", [False, True])
def test_processes_of_a_function_end_with_it(isolation: Isolation, detached: bool) -> None:
    token = uuid.uuid4().hex
    arguments = {"detached": detached, "token": token}
    isolation.call("leave_process", file(), arguments, Limits(processes=True))
    assert find_processes(token) == []


def test_calls_of_many_threads_do_not_disturb_each_other(isolation: Isolation) -> None:
    def call(number: int) -> object:
        if number % 4 == 0:
            return ended(isolation, "kill_itself")
        return isolation.call("echo", file(), {"number": number}).value["number"]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(call, range(24)))
    assert results == ["crash" if number % 4 == 0 else number for number in range(24)]


def test_a_template_that_was_killed_is_started_again(isolation: Isolation) -> None:
    if isolation.kind == "bubblewrap":
        pytest.skip("the first process is bubblewrap, whose end is not that of the template")
    process = isolation._running().process
    process.kill()
    process.wait()
    assert works(isolation)
    assert isolation._running().process.pid != process.pid


def test_a_call_whose_template_is_killed_is_made_again(isolation: Isolation) -> None:
    if isolation.kind == "bubblewrap":
        pytest.skip("the first process is bubblewrap, whose end is not that of the template")
    first = isolation._running().process
    with ThreadPoolExecutor(1) as pool:
        sleeping = pool.submit(ended, isolation, "sleep", Limits(seconds=3.0))
        wait_until(lambda: len(_below(first.pid)) > (isolation.kind == "namespaces"))
        below = _below(first.pid)
        first.send_signal(signal.SIGKILL)
        assert sleeping.result() == "time"
    wait_until(lambda: not any(is_alive(pid) for pid in below))


def _below(pid: int) -> list[int]:
    from extery.isolation.processes import processes_below

    return list(processes_below(pid))
