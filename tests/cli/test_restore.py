"""``lock``, ``bundle`` and ``restore`` as a user types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.cli.evening import Evening


def test_a_lock_file_and_a_bundle_restore_the_same_elsewhere(
    evening: Evening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.run("install", "gear_tool", "spring_tool")
    lock, bundle = tmp_path / "extery.lock", tmp_path / "farm.zip"
    assert evening.run("lock", str(lock)).exit_code == 0
    assert evening.run("bundle", str(bundle)).exit_code == 0
    shutil.rmtree(evening.packages)
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "other-cache"))
    other = tmp_path / "other"
    result = evening.run("restore", str(lock), "--offline", to=other)
    assert result.exit_code == 1
    assert "2 packages are not here" in result.output
    assert evening.run("restore", str(bundle), "--offline", to=other).exit_code == 0
    assert evening.versions(other) == {"gear_tool": "1.0.0", "spring_tool": "0.3.0"}


def test_what_a_bundle_has_for_another_blender_is_said_before_anything_is_done(
    evening: Evening, tmp_path: Path
) -> None:
    evening.publish("future_tool", "1.0.0", blender_version_min="5.3.0")
    new, old = tmp_path / "5.3" / "extensions", tmp_path / "old"
    source = str(evening.packages)

    def run(*arguments: str) -> Result:
        options = ["--dir", str(new), "--blender", "5.3"]
        return CliRunner().invoke(extery, [*arguments, *options])

    run("repo", "add", source, "--name", "studio")
    assert run("install", "future_tool", "gear_tool").exit_code == 0
    bundle = str(tmp_path / "evening.zip")
    assert run("bundle", bundle).exit_code == 0
    result = evening.run("restore", bundle, "--dry-run", to=old)
    assert result.exit_code == 1
    reason = "future_tool 1.0.0 cannot be installed in Blender 4.2: it needs Blender 5.3.0 or newer"
    assert f"error: studio.{reason} [install.incompatible]" in result.output
    assert "Dry run: 1 change" in result.output
    assert "install studio.gear_tool 1.0.0" in result.output
    assert evening.run("restore", bundle, to=old).exit_code == 1
    assert evening.versions(old) == {"gear_tool": "1.0.0"}
    again = evening.run("restore", bundle, to=old).output
    assert "Nothing was changed: 1 extension is installed already. Found 1 error." in again
