"""Sync reports installed extensions that others have changed, and those that are blocked."""

from __future__ import annotations

from pathlib import Path

from extery.client.records import find_installed
from extery.client.transaction import transaction
from tests.client.samples import make_package, state_of
from tests.client.synced import Synced


def test_extensions_that_appear_change_and_vanish_are_noticed(
    synced: Synced, tmp_path: Path
) -> None:
    def put(version: str) -> None:
        folder = synced.target.folder / "one" / "by_hand"
        folder.mkdir(parents=True, exist_ok=True)
        text = make_manifest(tmp_path, version)
        (folder / "blender_manifest.toml").write_text(text)

    assert synced.sync().changes == []
    put("1.0.0")
    assert [tuple(change) for change in synced.sync().changes] == [
        ("appeared", "one.by_hand", "1.0.0", "")
    ]
    put("1.1.0")
    assert [tuple(change) for change in synced.sync().changes] == [
        ("changed", "one.by_hand", "1.1.0", "1.0.0")
    ]
    assert synced.sync().changes == []
    (synced.target.folder / "one" / "by_hand" / "blender_manifest.toml").unlink()
    assert [tuple(change) for change in synced.sync().changes] == [
        ("vanished", "one.by_hand", "", "1.1.0")
    ]


def make_manifest(folder: Path, version: str) -> str:
    import zipfile

    package = make_package(folder / "packages", "by_hand", version)
    with zipfile.ZipFile(package) as archive:
        return archive.read("blender_manifest.toml").decode()


def test_what_extery_installs_and_removes_is_not_reported(synced: Synced, tmp_path: Path) -> None:
    synced.sync()
    package = make_package(tmp_path)
    with transaction(synced.target, "install") as change:
        change.install(synced.repositories[0], "gear_tool", state_of(package), package)
        change.commit()
    assert synced.sync().changes == []
    with transaction(synced.target, "remove") as change:
        change.remove(synced.repositories[0], "gear_tool")
        change.commit()
    assert list(find_installed(synced.target)) == []
    assert synced.sync().changes == []


def test_a_blocked_extension_that_is_installed_is_reported_each_time(
    synced: Synced, tmp_path: Path
) -> None:
    synced.sync()
    package = make_package(tmp_path)
    with transaction(synced.target, "install") as change:
        change.install(synced.repositories[0], "gear_tool", state_of(package), package)
        change.commit()
    synced.one.blocklist.append({"id": "gear_tool", "reason": "It deletes\x1b[2J files"})
    synced.one.publish()
    for _ in range(2):
        [problem] = synced.sync().all_problems
        assert str(problem) == (
            "one.gear_tool: version 1.0.0 is installed and blocked: It deletes [2J files"
        )
