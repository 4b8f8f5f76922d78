"""The environments of Blender are made once, whole, and in a place of the user's choice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.blender import install as installer
from tests.blender.install import MARKER, VERSIONS, Installed, cache_folder, install, installed


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path))
    return tmp_path


def put_python(environment: Installed, prints: str) -> None:
    """An interpreter that answers everything with those words."""
    environment.python.parent.mkdir(parents=True, exist_ok=True)
    environment.python.write_text(f"#!/bin/sh\necho '{prints}'\n")
    environment.python.chmod(0o755)


def test_the_cache_is_where_the_setting_says(cache: Path) -> None:
    assert cache_folder() == cache
    assert installed("4.2").folder == cache / f"bpy-{VERSIONS['4.2']}"


@pytest.mark.skipif(os.name == "nt", reason="the interpreter of this test is a shell script")
def test_an_environment_made_by_hand_is_adopted_when_the_import_works(cache: Path) -> None:
    environment = installed("5.0")
    put_python(environment, VERSIONS["5.0"])
    assert not installed("5.0").complete

    assert install("5.0") is False

    assert environment.complete
    assert install("5.0") is False


@pytest.mark.skipif(os.name == "nt", reason="the interpreter of this test is a shell script")
def test_a_half_made_environment_is_replaced_by_a_whole_one(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = installed("5.0")
    put_python(environment, "not Blender")

    def make(made: Installed) -> None:
        put_python(made, VERSIONS["5.0"])
        (made.folder / MARKER).touch()

    monkeypatch.setattr(installer, "_make", make)

    assert install("5.0") is True
    assert environment.complete
    assert [path.name for path in cache.iterdir()] == [environment.folder.name]


def test_a_failed_installation_leaves_nothing_behind(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(made: Installed) -> None:
        (made.folder / "half").touch()
        raise installer.InstallError("bpy needs CPython 3.11")

    monkeypatch.setattr(installer, "_make", make)

    assert installer.main() == 1
    assert capsys.readouterr().err == "error: bpy needs CPython 3.11\n"
    assert list(cache.iterdir()) == []
