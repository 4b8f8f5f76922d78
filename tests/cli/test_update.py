"""``update``, ``outdated``, ``rollback`` and ``pin`` as a user types them, and when they look for newer versions."""

from __future__ import annotations

import os
import time

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from tests.cli.evening import Evening


def test_extensions_are_installed_updated_and_undone(evening: Evening) -> None:
    result = evening.run("install", "gear_tool", "spring_tool")
    assert result.exit_code == 0
    assert "installed studio.gear_tool 1.0.0" in result.output
    assert "to undo this: extery undo 1" in result.output
    evening.publish("gear_tool", "1.1.0")
    evening.sync()
    result = evening.run("update")
    assert "updated studio.gear_tool 1.0.0 -> 1.1.0" in result.output
    assert "spring_tool" not in result.output
    assert "Updated 1 extension." in result.output
    assert evening.run("undo").exit_code == 0
    assert evening.versions() == {"gear_tool": "1.0.0", "spring_tool": "0.3.0"}


def test_a_rollback_and_a_pin_keep_an_older_version(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    evening.publish("gear_tool", "2.0.0")
    evening.sync()
    evening.run("update")
    assert evening.run("rollback", "gear_tool").exit_code == 0
    assert evening.versions() == {"gear_tool": "1.0.0"}
    assert "pinned studio.gear_tool to <2" in evening.run("pin", "gear_tool<2").output
    assert "is up to date, pinned to <2" in evening.run("update").output
    assert "[install.not-installed]" in evening.run("pin", "nothing", "gear_tool==1").output
    assert "is up to date, pinned to ==1" in evening.run("update").output
    assert (
        "unpinned studio.gear_tool\nUnpinned 1 extension."
        in evening.run("unpin", "gear_tool").output
    )
    assert (
        "studio.gear_tool was not pinned\nNothing was changed."
        in evening.run("unpin", "gear_tool").output
    )
    evening.run("pin", "gear_tool<2")
    evening.run("unpin", "gear_tool")
    evening.run("update")
    assert evening.versions() == {"gear_tool": "2.0.0"}


def make_old(evening: Evening) -> None:
    """Make the last sync two days old, and publish a newer version since."""
    evening.run("install", "gear_tool")
    evening.publish("gear_tool", "1.1.0")
    old = time.time() - 2 * 86_400
    for path in evening.target.glob("**/index.json"):
        os.utime(path, (old, old))


def test_an_update_looks_for_newer_versions_once_a_day(evening: Evening) -> None:
    make_old(evening)
    assert "1.0.0      1.1.0" in evening.run("outdated").output
    assert "updated studio.gear_tool 1.0.0 -> 1.1.0" in evening.run("update").output
    evening.publish("gear_tool", "1.2.0")
    assert "1 extension is up to date" in evening.run("update").output


@pytest.mark.parametrize("switch", ["setting", "network"])
def test_no_command_looks_for_updates_if_that_is_switched_off(
    evening: Evening, switch: str
) -> None:
    make_old(evening)
    name = {"setting": "check-updates", "network": "online"}[switch]
    assert CliRunner().invoke(extery, ["config", "set", name, "no"]).exit_code == 0
    if switch == "network":  # a file needs none
        text = (evening.target / ".extery/repositories.json").read_text()
        url = evening.packages.as_uri()
        assert url in text
        (evening.target / ".extery/repositories.json").write_text(
            text.replace(url, "https://example.org/index.json")
        )
    result = evening.run("update")
    assert (result.exit_code, "1 extension is up to date" in result.output) == (0, True)
    assert "Nothing is outdated" in evening.run("outdated").output


def test_a_check_that_fails_does_not_fail_the_command(evening: Evening) -> None:
    make_old(evening)
    (evening.packages / "index.json").write_text("<html>")
    result = evening.run("update")
    assert result.exit_code == 0
    assert "newer versions were not looked for" in result.output
    assert "1 extension is up to date" in result.output


def test_a_sync_names_what_is_newer_unless_switched_off(evening: Evening) -> None:
    make_old(evening)
    assert "newer for Blender 4.2: studio.gear_tool 1.1.0; to update: extery update" in (
        evening.run("sync").output
    )
    assert CliRunner().invoke(extery, ["config", "set", "check-updates", "no"]).exit_code == 0
    assert "newer for" not in evening.run("sync").output
