"""Isolations in each confinement that this system allows."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.isolation import starting
from extery.isolation.client import Isolation
from extery.isolation.confinement import CONFINEMENTS, Confinement
from extery.isolation.limits import IsolationError

FUNCTIONS = "tests.isolation.functions"
NAMES = (
    *("attempts", "crash", "echo", "fault", "forge", "kill_itself", "leave_process", "print_much"),
    *("refuse", "sleep", "spin", "take_memory", "write_much"),
)


@pytest.fixture(scope="module")
def hidden_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a secret that isolated functions must not read."""
    folder = tmp_path_factory.mktemp("hidden")
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture(scope="module", params=CONFINEMENTS)
def isolation(request: pytest.FixtureRequest, hidden_folder: Path) -> Iterator[Isolation]:
    """The functions of the tests, in each confinement."""
    kind: Confinement = request.param
    if sys.platform != "linux":
        pytest.skip("confinement needs Linux")
    if kind == "bubblewrap" and not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(starting, "_works", {"": kind})
        paths = {name: f"{FUNCTIONS}.{name}" for name in NAMES}
        made = Isolation(paths, hidden=[hidden_folder])
        try:
            assert made.kind == kind
        except IsolationError as error:
            pytest.skip(f"not on this system: {error}")
        yield made
        made.close()


@pytest.fixture
def left_over() -> Callable[[], Any]:
    """Return a function that returns the processes and folders of isolated functions that exist."""
    return find_left_over


def find_left_over() -> list[str]:
    """Return the processes that functions of the tests have started."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if b"extery-left-over" in command:
            found.append(path.name)
    return found
