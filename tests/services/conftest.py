"""Real servers for the tests of this pytest worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.parts import require_part
from tests.services.postgresql import PostgresqlServer, run_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server with an empty database ``extery``."""
    with run_postgresql(require_part("postgresql")) as server:
        yield server
