"""Fixtures: a folder with a listing and a page, and its preview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository.preview.site import BODY, Site, running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    (made / "index.json").write_bytes(BODY)
    (made / "index.html").write_text("<h1>Hello</h1>")
    return made


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with running(folder, regenerate=False) as served:
        yield served
