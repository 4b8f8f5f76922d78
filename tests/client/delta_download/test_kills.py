"""Downloads that are killed at any moment leave the old package or the new one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.client.delta_download.kills import run


@pytest.mark.slow
def test_killed_downloads_are_completed_by_the_next_one(tmp_path: Path) -> None:
    statistics = run(8, random.randrange(1 << 30), tmp_path)

    assert statistics.kills == 8
