"""Calls in a process of their own, as on systems without templates: run here with the limits that this system has."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from extery.core.errors import InvalidInput
from extery.isolation.limits import Limits, ProcessEnded, Reply
from extery.isolation.once import run_once
from tests.isolation.conftest import FUNCTIONS


def call(name: str, limits: Limits, **arguments: object) -> Reply:
    with tempfile.TemporaryFile() as file:
        file.write(b"data")
        file.seek(0)
        return run_once(f"{FUNCTIONS}.{name}", file.fileno(), arguments, limits)


def test_a_call_returns_a_value_and_data() -> None:
    reply = call("echo", Limits(), text="x")

    assert (reply.value, bytes(reply.data)) == ({"size": 4, "text": "x"}, b"data")


def test_arguments_can_be_files() -> None:
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as other:
        other.write(b"more")
        other.seek(0)
        files = {"other": other.fileno()}
        arguments = {"name": "x"}
        reply = run_once(f"{FUNCTIONS}.read_two", file.fileno(), arguments, Limits(), files=files)

    assert reply.value == ["x", "", "more"]


def test_an_error_of_ours_goes_through() -> None:
    with pytest.raises(InvalidInput, match="it is refused"):
        call("refuse", Limits())


@pytest.mark.parametrize(
    ("name", "limits", "reason"),
    [
        ("sleep", Limits(seconds=1), "time"),
        ("crash", Limits(), "crash"),
        ("flood", Limits(output=4_000), "output"),
        ("close_and_sleep", Limits(seconds=1), "time"),
    ],
)
def test_a_process_that_does_too_much_is_ended_and_leaves_nothing(
    name: str, limits: Limits, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ProcessEnded) as caught:
        call(name, limits)

    assert caught.value.reason == reason
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory")
def test_memory_is_limited() -> None:
    with pytest.raises(ProcessEnded) as caught:
        call("take_memory", Limits(memory=100_000_000), size=2_000_000_000)

    assert caught.value.reason == "memory"
