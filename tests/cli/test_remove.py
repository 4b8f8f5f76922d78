"""``remove``, ``undo`` and ``gc`` as a user types them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.evening import Evening
from tests.client.samples import make_package


def test_a_removal_names_the_users_files_and_can_be_undone(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    mine = evening.target / "studio/gear_tool/mine.json"
    mine.write_text("{}")
    result = evening.run("remove", "gear_tool")
    assert result.exit_code == 0
    assert "kept your files of studio.gear_tool: mine.json" in result.output
    assert evening.versions() == {}
    evening.run("undo")
    assert mine.read_text() == "{}"
    history = evening.run("history").output
    assert "remove (undone by 3)" in history
    assert history.index("undo of 2") < history.index("remove (undone by 3)")


def test_purge_removes_the_data_that_an_extension_has_written(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    data = evening.target / ".user/studio/gear_tool/a.json"
    data.parent.mkdir(parents=True)
    data.write_text("{}")
    evening.run("remove", "gear_tool")
    assert data.exists()
    evening.run("undo")
    evening.run("remove", "gear_tool", "--purge")
    assert not data.exists()


def test_gc_frees_what_undo_has_kept(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    evening.run("remove", "gear_tool")
    nothing: Sequence[str] = ("--keep-operations", "0", "--keep-days", "0", "--keep-packages", "0")
    assert "Would remove 1 replaced extension" in evening.run("gc", *nothing, "--dry-run").output
    data = evening.json("gc", *nothing)
    assert (data["folders"], data["packages"]) == (1, 1)
    result = evening.run("undo")
    assert result.exit_code == 1
    assert "is not kept any more" in result.output


@pytest.mark.parametrize("command", ["undo", "rollback", "install-file"])
def test_an_extension_that_cannot_be_switched_is_an_error(
    evening: Evening, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.run("install", "gear_tool")
    evening.publish("gear_tool", "1.1.0")
    evening.sync()
    assert evening.run("update").exit_code == 0

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(13, "It is in use")

    monkeypatch.setattr("extery.client.transaction.switch", fail)
    file = str(make_package(tmp_path / "files", "other_tool"))
    arguments = {"undo": [], "rollback": ["gear_tool"], "install-file": [file]}[command]
    result = evening.run(command, *arguments)
    assert result.exit_code == 1
    assert "was not changed: It is in use [install.in-use]" in result.output
    assert result.output.splitlines()[-1].startswith("Nothing was ")
    [problem] = evening.json(command, *arguments)["problems"]
    assert problem["code"] == "install.in-use"
