"""Fixtures: a repository on a fake server that injects faults, a fetcher for it, no Brotli."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.fetch import Fetcher
from tests.fakes import FakeRepository
from tests.fetch.conftest import QUICK
from tests.fetch.web import serving
from tests.kills.harness import Runner, running
from tests.missing_brotli import hide_brotli
from tests.repository.hosted import Repository


@pytest.fixture
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Repository]:
    """A fake repository, or with ``ON_A_REAL_SERVER`` one that other processes and commands can use."""
    if getattr(request, "param", "") == "real":
        with serving() as web:
            yield Repository(tmp_path / "source", web)
        return
    yield FakeRepository(tmp_path / "source")


@pytest.fixture
def fetcher(repository: FakeRepository) -> Iterator[Fetcher]:
    with repository.fetcher(retry_policy=QUICK) as fake:
        yield fake


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Starts runs of `extery` that can be killed."""
    with running(tmp_path_factory.mktemp("runner")) as started:
        yield started


@pytest.fixture(autouse=True)
def _without_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brotli is optional: tests start without it, and the tests of it restore it."""
    hide_brotli(monkeypatch)
