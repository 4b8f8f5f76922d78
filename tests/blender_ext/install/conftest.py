"""Fixtures: a repository in a folder and on a web server, and the local folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.fetch import retry
from tests.blender_ext.install.installing import serve
from tests.blender_ext.tool import make_repository
from tests.fetch.web import Web, serving


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "remote", "gears", "cogs", "bolts")


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return tmp_path / "local"


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry.RetryPolicy, "delay", lambda _self, _failures: 0.0)


@pytest.fixture
def web(remote: Path) -> Iterator[Web]:
    """Serve the repository."""
    with serving() as running:
        serve(running, remote)
        yield running
