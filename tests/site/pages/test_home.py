"""The start page: its shelves and their least numbers, My Blender in lists, and the number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import (
    BlenderTest,
    Extension,
    KnownIncompatibility,
    Package,
    RisingExtension,
    ThemeColours,
    Version,
)
from extery_site.catalog.picks import pick_extension
from extery_site.catalog.rising import find_rising
from extery_site.statistics.recording import Download, add_to_day
from tests.site import factories
from tests.site.pages.html import Page, open_page
from tests.site.shared_database import SharedContent

MINE = "extery_blender"
THEMES = ("harbour", "lantern")


@pytest.fixture(scope="module", autouse=True)
def _content(shared_content: SharedContent) -> None:
    with shared_content.create():
        moderator = factories.make_moderator("mod")
        for number in range(5):
            owner = factories.make_user(f"author{number}")
            factories.make_approved(
                owner, moderator, id=f"tool_{number}", name=f"Tool {number}", tags=["Mesh"]
            )
        owner = User.objects.get(username="author0")
        for name in THEMES:
            factories.make_approved(owner, moderator, id=name, name=name.title(), type="theme")


def shelf_titles(page: Page) -> list[str]:
    """Return the titles of the shelves, in order."""
    return [one.words for one in page.all("h2")]


def tool(number: int) -> Extension:
    return Extension.objects.get(extension_id=f"tool_{number}")


def test_a_young_site_shows_what_is_new_and_leaves_out_what_it_has_not(client: Client) -> None:
    page = open_page(client, "/")
    assert page.h1 == "Extend Blender with what other artists made"
    assert shelf_titles(page) == [
        *("Add Extery to Blender, once", "New and updated", "Updated today"),
        *("Ready for Blender 5.3", "Browse by tag", "Made something yourself?"),
    ]
    assert "7 free extensions" in page.html
    assert "We start with the newest. Which one do you have?" in page.html


def test_picks_are_quoted_the_newest_first_and_replace_the_new_ones(client: Client) -> None:
    moderator = User.objects.get(username="mod")
    for number in (1, 2):
        pick_extension(extension_id=f"tool_{number}", by=moderator, text=f"Useful {number}.")
    page = open_page(client, "/")
    assert "New and updated" not in page.html
    assert [one.words for one in page.classed("pick-text")] == ["“Useful 2.” mod, moderator"]
    assert [one.words for one in page.classed("card-title")][:2] == ["Tool 2", "Tool 1"]
    tool(2).versions.update(status=Version.Status.WITHDRAWN)
    Extension.objects.filter(pk=tool(2).pk).update(unlisted_at=timezone.now())
    assert "Useful 1." in open_page(client, "/").classed("pick-text")[0].words


def test_trending_compares_two_weeks_and_has_one_of_each_author(client: Client) -> None:
    today = datetime.now(UTC).date()
    Extension.objects.filter(pk=tool(4).pk).update(owner=tool(0).owner)
    for number, (before, new) in enumerate(((10, 20), (0, 30), (10, 12), (90, 60), (10, 15))):
        for day in range(1, 15):
            one = Download(tool(number).pk, "1.0.0", "5.3")
            downloads = {one: new if day <= 7 else before}
            add_to_day(downloads, day=today - timedelta(days=day))
    assert find_rising() == 4
    assert RisingExtension.objects.get(extension=tool(0)).growth == 100
    # Tool 4 has the author of tool 0, so that three are left: fewer than a shelf has.
    assert "Trending" not in open_page(client, "/").html
    Extension.objects.filter(pk=tool(4).pk).update(owner=User.objects.get(username="author4"))
    page = open_page(client, "/")
    assert "Trending this week" in shelf_titles(page)
    tiles = [one.words for one in page.classed("card-title")][-4:]
    assert tiles == ["Tool 1", "Tool 0", "Tool 4", "Tool 2"]
    assert page.classed("tile-growth")[0].words.startswith("100 %")


def test_what_breaks_is_not_ready_and_what_was_tested_comes_first(client: Client) -> None:
    packages = {p.version.extension.extension_id: p for p in Package.objects.all()}
    BlenderTest.objects.create(
        package=packages["tool_0"], blender=5_003_000, release="5.3.0", works=True
    )
    KnownIncompatibility.objects.create(package=packages["tool_4"], blender=5_003_000)
    page = open_page(client, "/")
    marks = [one.words for one in page.classed("evidence")]
    assert marks == ["Tested on 5.3", *["No known problem"] * 4]
    rows = [one.words for one in page.classed("line-name")]
    assert rows[5] == "Tool 0"
    assert "Tool 4" not in rows[5:]


def test_themes_are_drawn_in_the_colours_of_their_file(client: Client) -> None:
    colours = {"view": "#123456", "act": "#fedcba", "gap": "red"}
    for name in THEMES:
        package = Package.objects.get(version__extension__extension_id=name)
        ThemeColours.objects.create(sha256=package.sha256, colours=colours)
    page = open_page(client, "/")
    assert "A new coat of paint" in shelf_titles(page)
    assert page.html.count('fill="#123456"') == 4  # two windows and two strips
    assert 'fill="red"' not in page.html
    assert "style=" not in page.html


def test_only_what_fits_is_in_every_list_and_in_the_counts(client: Client) -> None:
    Version.objects.filter(extension=tool(1)).update(blender_min=5_000_000)
    client.cookies[MINE] = "4.5:linux-x64:1"
    page = open_page(client, "/")
    assert "6 of 7 extensions fit your Blender" in " ".join(
        page.classed("mine-count")[0].words.split()
    )
    for address in ("/", "/extensions/", "/add-ons/", "/tags/mesh/", "/people/author1/"):
        shown = open_page(client, address)
        assert "Tool 1" not in [one.words for one in shown.classed("card-title")], address
    assert "Only what fits Blender 4.5 on Linux (x64) is shown." in shown.html
    assert "1 extension" in shown.html
    client.cookies[MINE] = "4.5:linux-x64:0"
    assert "Tool 1" in open_page(client, "/add-ons/").html


def test_an_own_filter_of_a_search_replaces_my_blender(client: Client) -> None:
    Version.objects.filter(extension=tool(1)).update(blender_min=5_000_000)
    client.cookies[MINE] = "4.5:linux-x64:1"
    page = open_page(client, "/extensions/?blender=5.3&q=tool")
    assert "Tool 1" in [one.words for one in page.classed("card-title")]
    assert "Only what fits" not in page.all("main")[0].words


def test_a_card_says_that_an_older_version_fits(client: Client) -> None:
    newest = tool(1).newest_version
    assert newest is not None
    older = Version.objects.get(pk=newest.pk)
    older.pk, older.number, older.sort_key = None, "0.9.0", "0"
    older.save()
    Package.objects.create(
        version=older, file_id=Package.objects.all()[0].file_id, sha256="0" * 64, size=1
    )
    Version.objects.filter(pk=newest.pk).update(blender_min=5_000_000)
    client.cookies[MINE] = "4.5:linux-x64:1"
    page = open_page(client, "/add-ons/")
    assert [one.words for one in page.classed("card-older")] == [
        "An older version fits Blender 4.5"
    ]
    assert "Blender 5.0 or newer" in page.html


def test_nothing_fits_is_said(client: Client) -> None:
    Version.objects.update(blender_min=5_003_000)
    client.cookies[MINE] = "4.2:linux-x64:1"
    assert "Nothing fits your Blender" in open_page(client, "/").html
    assert (
        "No extension for Blender 4.2 on Linux (x64) matches."
        in open_page(client, "/add-ons/").html
    )


def test_a_rating_needs_five_votes_and_an_old_extension_is_not_new(client: Client) -> None:
    Extension.objects.filter(pk=tool(0).pk).update(rating_count=5, rating_score=4.44)
    Extension.objects.filter(pk=tool(1).pk).update(rating_count=4, rating_score=4.4)
    old = timezone.now() - timedelta(days=90)
    Extension.objects.filter(pk=tool(2).pk).update(approved_at=old)
    page = open_page(client, "/add-ons/?sort=name")
    cards = [one.words for one in page.classed("card-foot")][::2]
    assert "4.4 of 5 stars" in cards[0]
    assert cards[1].startswith("new")
    assert "new" not in cards[2]


def test_the_start_page_needs_as_many_queries_for_many_extensions_as_for_few(
    client: Client,
) -> None:
    numbers = []
    for turn in range(2):
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        numbers.append(len(captured))
        for at in range(10):
            copy = tool(0)
            copy.pk, copy.extension_id = None, f"copy_{turn}_{at}"
            copy.image = None
            copy.save()
    assert numbers[0] == numbers[1] <= 18


def test_the_header_has_a_menu_for_phones_and_my_blender(
    client: Client, signed_in: Callable[[User], Client]
) -> None:
    page = open_page(client, "/add-ons/")
    assert page.classed("mine-pill")[0].words == "My Blender"
    assert page.classed("phone-menu")
    client.cookies[MINE] = "4.5:linux-x64:1"
    assert "4.5 · Linux (x64)" in open_page(client, "/add-ons/").classed("mine-pill")[0].words
    assert open_page(client, "/").classed("mine-pill") == []
    author = User.objects.get(username="author0")
    author.uses_keys = False
    author.save()
    assert "data-no-keys" in open_page(signed_in(author), "/add-ons/").all("body")[0].attributes
