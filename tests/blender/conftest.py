"""Fixtures for tests with a real Blender: those that use ``blender`` run once in each of some versions.

`EVERY_BLENDER` of ``tests.blender.series`` lets a test run in every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.blender.client import Blender
from tests.blender.series import parameters
from tests.blender.serving import HttpFolder, serve_folder
from tests.sampled import some_blenders


@pytest.fixture(params=parameters(some_blenders()))
def blender_version(request: pytest.FixtureRequest) -> str:
    """Some series of Blender in turn."""
    version: str = request.param
    return version


@pytest.fixture
def blender(blender_version: str, tmp_path: Path) -> Iterator[Blender]:
    """A running Blender with factory settings, without the public repository."""
    with Blender(blender_version, home=tmp_path / "blender") as session:
        yield session


@pytest.fixture
def http_folder() -> Iterator[Callable[[Path], HttpFolder]]:
    """Serve folders on loopback until the end of the test, with their URL and a log of requests."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(serve_folder(folder))
