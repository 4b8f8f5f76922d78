"""Isolations in each confinement that this system allows."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extery.isolation import starting
from extery.isolation.client import Isolation
from extery.isolation.confinement import CONFINEMENTS, Confinement
from extery.isolation.limits import IsolationError
from tests.isolated_in_process import really_isolated

FUNCTIONS = "tests.isolation.functions"
NAMES = (
    *("attempts", "crash", "echo", "fault", "forge", "forge_bytes", "kill_itself", "leave_process"),
    *("parts", "parts_then", "print_much", "read_two", "refuse", "sleep", "spin", "take_memory"),
    "write_much",
)


@pytest.fixture(scope="module", autouse=True)
def _really_isolated() -> Iterator[None]:
    """Undo what the fixtures of the site do for the whole run: here, functions would harm the process of the tests."""
    with really_isolated():
        yield


@pytest.fixture(scope="module")
def hidden_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a secret that isolated functions must not read."""
    folder = tmp_path_factory.mktemp("hidden")
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture(scope="module", params=CONFINEMENTS)
def isolation(request: pytest.FixtureRequest, hidden_folder: Path) -> Iterator[Isolation]:
    """The functions of the tests, in each confinement."""
    with confined(request.param, hidden_folder) as made:
        yield made


@contextmanager
def confined(kind: Confinement, hidden_folder: Path) -> Iterator[Isolation]:
    """Start an isolation in a confinement; the test is skipped where the system does not allow it."""
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


def find_processes(token: str) -> list[str]:
    """Return the processes whose command has the token."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if token.encode() in command:
            found.append(path.name)
    return found
