"""A repository on a web that can misbehave, and a fetcher that does not wait for long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.fetch import Fetcher
from tests.fetch.conftest import QUICK
from tests.fetch.web import serving
from tests.host.repository import Repository


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
