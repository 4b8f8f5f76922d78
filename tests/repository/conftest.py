"""Fixtures: a repository on a web server that injects faults, a fetcher with short delays, no Brotli."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.fetch import Fetcher, decoding
from tests.fetch.conftest import QUICK
from tests.fetch.web import serving
from tests.repository.hosted import Repository


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with serving() as web:
        yield Repository(tmp_path / "source", web)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(patience=QUICK) as quick:
        yield quick


@pytest.fixture(autouse=True)
def _without_brotli(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Brotli is optional: tests start without it, and the tests of it restore it."""
    monkeypatch.setitem(sys.modules, "brotli", None)
    decoding._brotli.cache_clear()
    yield
    decoding._brotli.cache_clear()
