"""What a user can find out and do on the command line (40, 41)."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.client.weaknesses.computer import Computer


@pytest.fixture
def shop(computer: Computer) -> Computer:
    """A repository with three extensions."""
    computer.offer("gear_tool", entry={"tags": ["Mesh"], "maintainer": "Grace Miller"})
    computer.offer("spring_tool", entry={"tags": ["Animation"], "tagline": "Bounces anything"})
    computer.offer("future_tool", entry={"blender_version_min": "5.0.0"})
    computer.subscribe()
    computer.run("sync")
    return computer


@pytest.mark.parametrize("words", ["gear", "grace", "mesh", "turns gea"])
def test_extensions_are_found_by_every_text_of_their_listing(shop: Computer, words: str) -> None:
    """40: the list of Blender's command line cannot be searched."""
    found = shop.target_data("search", *words.split())["extensions"]
    assert found[0]["id"] == "gear_tool"


def test_lists_are_filtered_and_read_by_programs(shop: Computer) -> None:
    """40: the list of Blender's command line has no filters and no JSON."""
    shop.run("install", "gear_tool")

    def ids(*arguments: str) -> list[str]:
        return [item["id"] for item in shop.target_data("list", *arguments)["extensions"]]

    assert ids() == ["gear_tool"]
    assert ids("--available") == ["gear_tool", "spring_tool"]
    assert ids("--available", "--tag", "Animation") == ["spring_tool"]
    assert ids("--all", "--type", "theme") == []


def test_everything_is_known_about_an_extension_before_it_is_installed(shop: Computer) -> None:
    """40, 41: Blender has no command for it, and shows no sizes."""
    result = shop.run("info", "spring_tool", "future_tool")

    assert "Bounces anything" in result.stdout
    assert "Licence:     GPL-3.0-or-later" in result.stdout
    assert "SIZE" in result.stdout
    assert "no: it needs Blender 5.0.0 or newer" in result.stdout
    [plan] = shop.target_data("install", "spring_tool", "--dry-run")["changes"]
    assert plan["size"] == shop.studio.entries[1]["archive_size"]


def test_a_set_of_extensions_moves_to_a_computer_without_a_network(shop: Computer) -> None:
    """40: in Blender the set of installed extensions can be neither exported nor installed offline."""
    shop.run("install", "gear_tool", "spring_tool")
    bundle = shop.folder / "set.zip"
    assert shop.run("bundle", bundle).exit_code == 0
    shop.web.pages.clear()
    shutil.rmtree(shop.extensions)
    shutil.rmtree(shop.folder / "cache")

    assert shop.run("restore", bundle, "--offline").exit_code == 0
    assert shop.versions() == {"gear_tool": "1.0.0", "spring_tool": "1.0.0"}


def test_packages_that_were_fetched_are_installed_again_offline(shop: Computer) -> None:
    """40: Blender's client removes a package after its installation."""
    shop.run("install", "gear_tool")
    shop.run("remove", "gear_tool")
    shop.web.pages.clear()

    assert shop.run("install", "gear_tool", "--offline").exit_code == 0
    assert shop.versions() == {"gear_tool": "1.0.0"}


def test_texts_of_listings_cannot_control_the_terminal(shop: Computer) -> None:
    """41: Blender prints texts as they are sent."""
    shop.studio.entries[0]["tagline"] = "Turns\u202e gears \u009b2J"
    shop.studio.entries[0]["maintainer"] = "Eve \x1b[2J"
    shop.studio.publish()
    shop.run("sync")

    shown = "".join(
        shop.run(*command).output
        for command in (["list", "--all"], ["search", "tool"], ["info", "gear_tool"])
    )
    assert not set("\x1b\u009b\u202e") & set(shown)
    assert json.loads(shop.run("search", "tool", "--json").stdout)["ok"]
