"""The script that installs the Blenders of the tests: one that fails does not stop the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.blenders.releases import RELEASES
from extery.core.errors import NotFound
from tests.blender import install as installer


def test_a_failed_installation_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(series: str) -> bool:
        if series != "5.0":
            python = RELEASES[series].python
            raise NotFound.of("environment.no-python", series=series, python=python)
        return True

    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path))
    monkeypatch.setattr(installer, "make_environment", make)

    assert installer.main() == 1

    printed = capsys.readouterr()
    assert printed.out == f"bpy 5.0.1: installed, {tmp_path / 'blenders' / 'bpy-5.0.1'}\n"
    assert [line for line in printed.err.splitlines() if line.startswith("error")] == [
        f"error: Blender {series} needs CPython {release.python}, which was not found on PATH, in pyenv or in uv"
        for series, release in RELEASES.items()
        if series != "5.0"
    ]
