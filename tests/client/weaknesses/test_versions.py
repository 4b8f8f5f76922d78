"""Which version is installed, kept, offered and brought back (18 to 23)."""

from __future__ import annotations

import pytest

from tests.client.weaknesses.computer import Computer
from tests.repository.packages import put


@pytest.fixture
def updated(computer: Computer) -> Computer:
    """An extension that was installed and updated; three versions of it are listed."""
    computer.offer(version="1.0.0")
    computer.subscribe()
    assert computer.run("install", "gear_tool").exit_code == 0
    computer.offer(version="1.1.0")
    computer.offer(version="2.0.0")
    assert computer.run("update", "--sync").exit_code == 0
    return computer


def test_an_earlier_version_comes_back_without_the_network(updated: Computer) -> None:
    """18: Blender deletes the old copy before the new one is known to work."""
    assert updated.versions() == {"gear_tool": "2.0.0"}
    (updated.extensions / "studio/gear_tool/notes.txt").write_text("mine")
    updated.web.pages.clear()

    assert updated.run("rollback", "gear_tool").exit_code == 0
    assert updated.versions() == {"gear_tool": "1.0.0"}
    assert updated.run("undo").exit_code == 0
    assert updated.versions() == {"gear_tool": "2.0.0"}
    assert (updated.extensions / "studio/gear_tool/notes.txt").read_text() == "mine"


def test_any_listed_version_can_be_chosen_and_kept(updated: Computer) -> None:
    """18: Blender has the newest listed version only, and updates it whatever the user wants."""
    assert updated.run("install", "gear_tool==1.1", "--allow-downgrade").exit_code == 0
    assert updated.versions() == {"gear_tool": "1.1.0"}
    assert updated.run("pin", "gear_tool==1.1").exit_code == 0
    assert updated.run("update").exit_code == 0
    assert updated.versions() == {"gear_tool": "1.1.0"}
    listed = [item["version"] for item in updated.target_data("info", "gear_tool")["versions"]]
    assert listed == ["2.0.0", "1.1.0", "1.0.0"]


def test_a_lower_listed_version_is_no_update(updated: Computer) -> None:
    """19: for Blender any other version is an update, also a lower one."""
    updated.studio.withdraw("gear_tool", "2.0.0")

    assert updated.target_data("update", "--sync")["changes"] == []
    assert updated.versions() == {"gear_tool": "2.0.0"}
    assert updated.target_data("list", "--updatable")["extensions"] == []
    assert "install.downgrade" in updated.codes("install", "gear_tool")


def test_versions_are_compared_as_numbers(updated: Computer) -> None:
    """19: Blender compares texts."""
    updated.offer(version="10.0.0")

    assert updated.run("update", "--sync").exit_code == 0
    assert updated.versions() == {"gear_tool": "10.0.0"}


@pytest.mark.parametrize("order", ["newest first", "newest last"])
def test_the_version_that_is_shown_is_the_one_that_is_installed(
    computer: Computer, order: str
) -> None:
    """20: Blender shows the last and installs the first compatible entry, and offers an update for ever."""
    for version in ("1.0.0", "1.1.0", "3.0.0"):
        fields = {"blender_version_min": "5.0.0"} if version == "3.0.0" else {}
        computer.offer(version=version, entry=fields, **fields)
    if order == "newest first":
        computer.studio.entries.reverse()
        computer.studio.publish()
    computer.subscribe()
    computer.run("sync")

    [row] = computer.target_data("list", "--available")["extensions"]
    assert computer.run("install", "gear_tool").exit_code == 0

    assert computer.versions() == {"gear_tool": row["listed"]} == {"gear_tool": "1.1.0"}
    assert computer.target_data("update")["changes"] == []
    assert computer.target_data("outdated")["extensions"] == []


@pytest.mark.parametrize(
    ("first", "second"), [("1.2", "1.10"), ("2", "10"), ("1.2.0", "1.2.1"), ("1.0a1", "1.0")]
)
def test_extensions_that_need_other_versions_of_a_library_are_reported(
    computer: Computer, first: str, second: str
) -> None:
    """21: Blender keeps one version for all without a word, and misreads versions of two parts."""
    for identifier, version in (("one_tool", first), ("two_tool", second)):
        wheel = f"./wheels/gears-{version}-py3-none-any.whl"
        name = f"{identifier}.zip"
        package = put(
            computer.folder, name, extension_id=identifier, version="1.0.0", wheels=[wheel]
        )
        computer.offer_bytes(name, package.read_bytes(), identifier)
    computer.subscribe()

    done = computer.data("install", "one_tool", "two_tool")

    [problem] = done["problems"]
    assert (problem["code"], done["status"]) == ("install.wheel-conflict", 0)
    assert f"brings gears {first}, and" in problem["message"]
    assert computer.codes("audit") == ["install.wheel-conflict"]


def test_pre_releases_are_installed_only_on_request(computer: Computer) -> None:
    """22: for Blender they are versions like any other."""
    computer.offer(version="1.0.0")
    computer.offer(version="2.0.0-beta.1")
    computer.subscribe()

    computer.run("install", "gear_tool")
    assert computer.versions() == {"gear_tool": "1.0.0"}
    assert computer.target_data("update")["changes"] == []
    computer.run("install", "gear_tool@beta")
    assert computer.versions() == {"gear_tool": "2.0.0-beta.1"}


def test_a_pre_release_is_updated_to_its_release(computer: Computer) -> None:
    """22: there are no channels in Blender."""
    computer.offer(version="2.0.0-beta.1")
    computer.subscribe()
    assert computer.codes("install", "gear_tool") == ["install.prereleases-only"]
    computer.run("install", "gear_tool@beta")
    computer.offer(version="2.0.0")

    assert computer.run("update", "--sync").exit_code == 0
    assert computer.versions() == {"gear_tool": "2.0.0"}


@pytest.mark.parametrize(
    ("pythons", "fits"),
    [(["3.11.7"], True), (["3.11"], True), (["3"], True), (["3.13.1"], False), (["3.13"], False)],
)
def test_versions_of_python_with_three_parts_match(
    computer: Computer, pythons: list[str], fits: bool
) -> None:
    """23: in Blender they never match, although they were meant to."""
    computer.offer(entry={"python_versions": pythons})
    computer.subscribe()

    assert (computer.run("install", "gear_tool").exit_code == 0) is fits
