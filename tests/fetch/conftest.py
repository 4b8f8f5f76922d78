"""Fixtures: a web server with faults, and a fetcher with short delays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from extery.fetch import Fetcher, RetryPolicy
from tests.fetch.web import Web, serving

QUICK = RetryPolicy(attempts=3, first_delay=0.01, max_delay=2.0, connect=2.0, read=5.0)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def other_web() -> Iterator[Web]:
    """A second origin."""
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(retry_policy=QUICK) as quick:
        yield quick
