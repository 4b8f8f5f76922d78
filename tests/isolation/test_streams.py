"""A stream has what a function yields while it goes on, and a function that has not ended well is never taken for complete."""

from __future__ import annotations

import io
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from extery.core.errors import InvalidInput
from extery.isolation.client import Isolation
from extery.isolation.confinement import CONFINEMENTS
from extery.isolation.descriptors import open_again
from extery.isolation.frames import BLOCK, FrameReader
from extery.isolation.limits import IsolationError, Limits, ProcessEnded
from extery.isolation.once import _Patience, stream_once
from extery.isolation.processes import processes_below
from tests.isolation.conftest import FUNCTIONS, confined
from tests.waiting import wait_until

CONTENT = b"a strange file"


class _Once:
    """Streams as on systems without templates."""

    kind = "once"

    @contextmanager
    def stream(
        self, name: str, file: BinaryIO, arguments: Mapping[str, Any], limits: Limits = Limits()
    ) -> Iterator[Iterator[Any]]:
        with open_again(file) as descriptor:
            path = f"{FUNCTIONS}.{name}"
            with closing(stream_once(path, descriptor, arguments, limits)) as frames:
                yield frames


@pytest.fixture(scope="module", params=[*CONFINEMENTS, "once"])
def isolation(request: pytest.FixtureRequest, hidden_folder: Path) -> Iterator[Isolation | _Once]:
    if request.param == "once":
        yield _Once()
        return
    with confined(request.param, hidden_folder) as made:
        yield made


def stream(
    isolation: Isolation | _Once, name: str, limits: Limits = Limits(), **arguments: Any
) -> AbstractContextManager[Iterator[Any]]:
    return isolation.stream(name, io.BytesIO(CONTENT), arguments, limits)


def test_a_stream_has_values_and_bytes_in_their_order(isolation: Isolation) -> None:
    with stream(isolation, "parts", numbers=2, size=2 * BLOCK + 1) as frames:
        found = list(frames)
    whole = [bytes(BLOCK), bytes(BLOCK), b"\0"]
    assert found == [CONTENT, {"number": 0}, *whole, {"number": 1}, *whole]


@pytest.mark.parametrize(
    ("name", "arguments", "limits", "reason"),
    [
        ("kill_itself", {}, Limits(), "crash"),
        ("crash", {}, Limits(), "crash"),
        ("take_memory", {"size": 2_000_000_000}, Limits(memory=100_000_000), "memory"),
        ("sleep", {}, Limits(seconds=1.0), "time"),
        ("write_much", {"size": 300_000}, Limits(disk=200_000), "disk"),
    ],
)
def test_a_function_that_ends_in_the_midst_has_no_complete_stream(
    isolation: Isolation, name: str, arguments: dict[str, Any], limits: Limits, reason: str
) -> None:
    with stream(isolation, "parts_then", limits, then=name, **arguments) as frames:
        assert next(frames) == CONTENT
        with pytest.raises(ProcessEnded) as caught:
            list(frames)
    assert caught.value.reason == reason


def test_an_error_of_ours_comes_after_what_was_yielded(isolation: Isolation) -> None:
    with stream(isolation, "parts_then", then="refuse") as frames:
        assert next(frames) == CONTENT
        with pytest.raises(InvalidInput, match="it is refused"):
            next(frames)


def test_all_of_a_stream_is_limited_together(isolation: Isolation) -> None:
    with (
        stream(isolation, "parts", Limits(output=500_000), numbers=10, size=100_000) as frames,
        pytest.raises(ProcessEnded) as caught,
    ):
        list(frames)
    assert caught.value.reason == "output"


def test_the_time_that_the_caller_takes_does_not_count(isolation: Isolation) -> None:
    if isolation.kind == "once":
        pytest.skip("its process takes long to start")
    with stream(isolation, "parts", Limits(seconds=2.0), numbers=6, size=100_000) as frames:
        first = next(frames)
        time.sleep(2.1)
        assert len([first, *frames]) == 13


def test_only_waiting_counts_without_a_template() -> None:
    with subprocess.Popen(["/bin/sleep", "300"]) as process:
        patience = _Patience(1.0)
        for _ in range(3):
            with patience.waiting_for(process):
                pass
            time.sleep(0.5)
        with pytest.raises(ProcessEnded), patience.waiting_for(process):
            process.wait()
    assert process.returncode != 0


def test_a_caller_that_leaves_ends_the_function(isolation: Isolation) -> None:
    if isolation.kind == "once":
        pytest.skip("it has no template")
    isolation.call("echo", io.BytesIO(CONTENT), {})
    below = processes_below(isolation.pid).keys()
    arguments = {"then": "sleep"}
    with isolation.stream("parts_then", io.BytesIO(CONTENT), arguments) as frames:
        assert next(frames) == CONTENT
        assert processes_below(isolation.pid).keys() - below
    wait_until(lambda: processes_below(isolation.pid).keys() == below)


def test_a_stream_starts_a_template_that_was_killed_again_but_is_not_repeated_in_the_midst(
    isolation: Isolation,
) -> None:
    if isolation.kind in {"bubblewrap", "once"}:
        pytest.skip("the first process is not the template")
    template = isolation._running().process
    template.kill()
    template.wait()
    with isolation.stream("parts", io.BytesIO(CONTENT), {"numbers": 1}) as frames:
        assert list(frames) == [CONTENT, {"number": 0}]
    with isolation.stream("parts_then", io.BytesIO(CONTENT), {"then": "sleep"}) as frames:
        assert next(frames) == CONTENT
        isolation._running().process.kill()
        with pytest.raises(IsolationError):
            next(frames)
    assert isolation.call("echo", io.BytesIO(CONTENT), {}).data == CONTENT


_END = json.dumps({"log": ""}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"no frames at all",
        b"v\0\0\0\1{",
        b"v\0\0\x03\xe8" + b"[" * 1000,
        b"d\xff\xff\xff\xff" + bytes(2_000),
        b"e" + len(_END).to_bytes(4, "big") + _END + b"d\0\0\0\1x",
        b"d\0\0\0\5x",
        b"e\0\0\0\2[]",
        b"",
    ],
)
def test_what_a_process_writes_that_was_taken_over_is_a_crash(
    isolation: Isolation, text: bytes
) -> None:
    arguments = {"text": text.decode("latin-1")}
    with (
        isolation.stream("forge_bytes", io.BytesIO(CONTENT), arguments) as frames,
        pytest.raises(ProcessEnded) as caught,
    ):
        list(frames)
    assert caught.value.reason == "crash"


def test_frames_are_read_from_blocks_of_any_size() -> None:
    reader = FrameReader(1_000)
    data = b"d\0\0\0\3abcv\0\0\0\x011" + b"e" + len(_END).to_bytes(4, "big") + _END
    found = [frame for number in range(len(data)) for frame in reader.feed(data[number:][:1])]
    assert found == [b"abc", 1]
    assert reader.end == _END
