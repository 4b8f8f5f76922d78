"""Files of others in the folders of listings are neither replaced nor removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from extery.core.errors import Conflict
from extery.listing.delta import apply_changes
from extery.repository import ownership
from extery.repository.generate import generate
from tests.repository.packages import put

CHANNEL = 'schema_version = "1.0.0"\n[channels.beta]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package, and a channel in its configuration."""
    put(tmp_path, "gear.zip")
    (tmp_path / "blender_repo.toml").write_text(CHANNEL)
    return tmp_path


def without_channel(folder: Path) -> None:
    (folder / "blender_repo.toml").unlink()
    generate(folder)


@pytest.mark.parametrize("name", ["gear.zip", "index.json"])
def test_a_file_that_we_did_not_write_is_not_replaced(folder: Path, name: str) -> None:
    (folder / "beta").mkdir()
    (folder / "beta" / name).write_text("mine")

    with pytest.raises(Conflict) as caught:
        generate(folder)

    assert caught.value.code == "generate.file-not-owned"
    assert caught.value.problems[0].where.file == str(folder / "beta" / name)
    assert (folder / "beta" / name).read_text() == "mine"
    assert not (folder / "index.json").exists()


def test_a_listing_of_other_packages_is_not_replaced(folder: Path) -> None:
    (folder / "beta").mkdir()
    put(folder / "beta", "other.zip", extension_id="other_tool")
    generate(folder / "beta")

    with pytest.raises(Conflict):
        generate(folder)


def test_files_are_recognized_as_ours_without_the_state(folder: Path) -> None:
    generate(folder)
    shutil.rmtree(folder / ".extery")

    generate(folder)
    without_channel(folder)

    assert not (folder / "beta").exists()


def test_other_files_in_a_channel_stay_when_the_channel_is_removed(folder: Path) -> None:
    generate(folder)
    (folder / "beta" / "notes.txt").write_text("mine")
    (folder / "beta" / "gear.zip").unlink()
    (folder / "beta" / "gear.zip").write_text("mine")

    without_channel(folder)

    assert sorted(path.name for path in (folder / "beta").iterdir()) == ["gear.zip", "notes.txt"]


def test_a_removed_package_is_removed_from_its_channel(folder: Path) -> None:
    put(folder, "other.zip", extension_id="other_tool")
    generate(folder)
    (folder / "other.zip").unlink()

    generate(folder)

    assert not (folder / "beta" / "other.zip").exists()
    assert (folder / "beta" / "gear.zip").exists()


def test_files_of_a_killed_first_run_are_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ownership, "remove_outdated", killed)
        with pytest.raises(KeyboardInterrupt):
            generate(folder)
    assert (folder / "beta" / "gear.zip").exists()
    put(folder, "new", version="2.0.0").replace(folder / "gear.zip")

    generate(folder)

    assert (folder / "beta" / "gear.zip").samefile(folder / "gear.zip")


def test_a_state_cannot_name_files_outside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "index.json").write_text("mine")

    ownership.remove_outdated(folder, {"../index.json": [], str(tmp_path / "index.json"): []}, ())

    assert (tmp_path / "index.json").read_text() == "mine"


def with_changes(folder: Path, more: str = "") -> None:
    (folder / "blender_repo.toml").write_text(f'schema_version = "1.0.0"\nchanges = true\n{more}')


def test_recorded_changes_turn_the_old_listing_into_the_new_one(folder: Path) -> None:
    with_changes(folder, "[channels.beta]\n")
    generate(folder)
    before = (folder / "index.json").read_bytes()
    assert apply_changes(before, (folder / "changes.json").read_bytes()) == before

    for version in ("2.0.0", "3.0.0"):
        put(folder, f"other-{version}.zip", extension_id="other_tool", version=version)
        generate(folder)

    for place in (folder, folder / "beta"):
        changes = (place / "changes.json").read_bytes()
        assert apply_changes(before, changes) == (place / "index.json").read_bytes()
    assert generate(folder).written in ([], ())


def test_recorded_changes_are_removed_when_they_are_switched_off(folder: Path) -> None:
    with_changes(folder)
    generate(folder)
    assert (folder / "changes.json").exists()
    shutil.rmtree(folder / ".extery")

    without_channel(folder)

    assert not (folder / "changes.json").exists()


@pytest.mark.parametrize("wanted", [True, False])
def test_another_file_called_changes_json_stays(folder: Path, wanted: bool) -> None:
    (folder / "changes.json").write_text('{"mine": true}')
    if wanted:
        with_changes(folder)
        with pytest.raises(Conflict, match=r"changes\.json"):
            generate(folder)
    else:
        without_channel(folder)

    assert (folder / "changes.json").read_text() == '{"mine": true}'


def test_a_package_of_the_same_size_and_time_replaces_the_old_one_in_its_channel(
    folder: Path,
) -> None:
    put(folder, "gear.zip", version="1.0.0")
    os.utime(folder / "gear.zip", ns=(10**18, 10**18))
    generate(folder)
    put(folder, "new", version="2.0.0").replace(folder / "gear.zip")
    os.utime(folder / "gear.zip", ns=(10**18, 10**18))

    generate(folder)

    assert (folder / "beta" / "gear.zip").read_bytes() == (folder / "gear.zip").read_bytes()


def test_a_file_in_place_of_a_channel_stays_when_the_channel_is_removed(folder: Path) -> None:
    generate(folder)
    shutil.rmtree(folder / "beta")
    (folder / "beta").write_text("mine")

    without_channel(folder)

    assert (folder / "beta").read_text() == "mine"


def test_a_package_with_the_longest_name_can_be_in_a_channel(folder: Path) -> None:
    name = "a" * 251 + ".zip"
    put(folder, name)

    generate(folder)

    assert (folder / "beta" / name).exists()


def test_files_of_another_version_of_extery_are_ours(folder: Path) -> None:
    put(folder, "other.zip", extension_id="other_tool")
    generate(folder)
    place = folder / ".extery" / "state.json"
    place.write_bytes(
        place.read_bytes().replace(b'{"format":"extery ', b'{"format":"extery 0.0.', 1)
    )
    (folder / "other.zip").unlink()

    generate(folder)

    assert sorted(path.name for path in (folder / "beta").glob("*.zip")) == ["gear.zip"]
