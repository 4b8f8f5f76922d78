"""Fixture: a target with two fake repositories, for the tests of sync."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.synced import Synced


@pytest.fixture
def synced(tmp_path: Path) -> Synced:
    return Synced(tmp_path)
