"""Fixtures: an index on loopback, a source folder, and the command with its own settings and cache."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.author.trees import make_source
from tests.author.wheels.fake_index import FakeIndex, serving_index

MANIFEST = "blender_manifest.toml"
THREE = 'platforms = ["windows-x64", "linux-x64", "macos-arm64"]\n'


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeIndex]:
    """An index that the commands use."""
    with serving_index() as running:
        monkeypatch.setenv("EXTERY_INDEX_URL", running.url)
        monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
        yield running


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An add-on for three platforms and both Pythons."""
    return make_source(tmp_path / "my_addon", extra=THREE)


def run(*arguments: str | Path) -> Result:
    """Run ``extery wheels`` with arguments."""
    return CliRunner().invoke(extery, ["wheels", *map(str, arguments)])


def add(source: Path, *arguments: str | Path) -> dict[str, Any]:
    """Run ``extery wheels add``, which must succeed; return its JSON."""
    result = run("add", *arguments, "--source-dir", source, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def codes(document: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in document["problems"]]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their names."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def names_in(folder: Path) -> list[str]:
    """Return the names of the wheels of a source folder."""
    return sorted(path.name for path in (folder / "wheels").glob("*"))


def listed(source: Path) -> list[str]:
    wheels: list[str] = tomllib.loads((source / MANIFEST).read_text("utf-8")).get("wheels", [])
    return wheels


def error_of(source: Path, *arguments: str) -> str:
    """Run the command, which must fail and change nothing; return its output."""
    before = snapshot(source)
    result = run("add", *arguments, "--source-dir", source)
    assert result.exit_code == 1, result.output
    assert snapshot(source) == before
    assert "Nothing was added." in result.output
    return " ".join(result.output.split())
