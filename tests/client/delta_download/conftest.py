"""Fixtures: a web server with faults, a fetcher with short delays, an update between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.fetch import Fetcher, RetryPolicy
from tests.client.delta_download.update import Update
from tests.fetch.web import Web, serving

QUICK = RetryPolicy(attempts=3, first_delay=0.01, max_delay=2.0, connect=2.0, read=5.0)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(retry_policy=QUICK) as quick:
        yield quick


@pytest.fixture
def update(tmp_path: Path, web: Web, fetcher: Fetcher) -> Update:
    return Update(tmp_path, web, fetcher)
