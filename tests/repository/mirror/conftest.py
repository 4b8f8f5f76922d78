"""Fixtures: the folder of a mirror, and a repository with two extensions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository.hosted import Repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def two(repository: Repository) -> Repository:
    """A repository with two extensions."""
    repository.add("gear.zip")
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    return repository
