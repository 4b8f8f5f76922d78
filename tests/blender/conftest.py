"""Fixtures for tests with a real Blender: tests that use ``blender`` run once per version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.blender.client import Blender
from tests.blender.install import VERSIONS
from tests.blender.serving import HttpFolder, serve_folder


@pytest.fixture(params=[pytest.param(series, marks=pytest.mark.blender) for series in VERSIONS])
def blender_version(request: pytest.FixtureRequest) -> str:
    """Each series of Blender in turn."""
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
