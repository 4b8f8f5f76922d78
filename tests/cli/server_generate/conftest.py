"""Fixtures: a folder with two packages, no Brotli."""

from pathlib import Path

import pytest

from tests.missing_brotli import hide_brotli
from tests.repository.packages import put


@pytest.fixture(autouse=True)
def _without_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_brotli(monkeypatch)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write two packages to ``packages`` in the current folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "packages"
    folder.mkdir()
    put(folder, "a.zip")
    put(folder, "b.zip", extension_id="dusk", kind="theme")
    return folder
