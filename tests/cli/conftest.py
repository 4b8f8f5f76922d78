"""Fixtures: extensions and a repository of the client, an extension that is blocked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.evening import Evening, block


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evening:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    return Evening(tmp_path)


@pytest.fixture
def blocked(evening: Evening) -> Evening:
    """Two installed extensions, of which the first is blocked."""
    evening.run("install", "gear_tool", "spring_tool")
    block(evening, "gear_tool")
    return evening
