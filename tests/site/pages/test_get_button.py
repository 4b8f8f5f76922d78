"""The button that gets an extension: what it offers to whom, and what the listing offers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from tests.site import factories
from tests.site.pages.html import Page, open_page, page_of

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]


def test_the_drag_link_has_the_query_that_blender_reads(client: Client, approve: Approve) -> None:
    version = approve(platforms=["linux-x64"], blender_version_max="5.0.0")
    choose(client, "4.5", "linux-x64")
    page = open_page(client, "/extensions/gear_tool/")
    link = page.classed("get-drag")[0]
    parts = urlsplit(link["href"])
    package = version.packages.get()
    assert parts.path == package.download_path
    assert parts.path.endswith(".zip")
    assert parts.netloc == "testserver"
    assert parse_qs(parts.query) == {
        "repository": ["/api/v1/extensions/"],
        "blender_version_min": ["4.2.0"],
        "blender_version_max": ["5.0.0"],
        "platforms": ["linux-x64"],
    }
    assert link["draggable"] == "true"


def test_each_platform_has_its_own_link(client: Client, owner: User, moderator: User) -> None:
    from extery_site.moderation.decisions import approve_version
    from extery_site.publish.actions import submit

    factories.make_draft(owner, platforms=["linux-x64"])
    version = factories.make_complete(owner, platforms=["macos-arm64"])
    submit(version=version, by=owner)
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    page = open_page(client, "/extensions/gear_tool/")
    lines = [element.words for element in page.classed("download")]
    assert [line.split(")")[0] + ")" for line in lines] == [
        "macOS (Apple silicon)",
        "Linux (x64)",
    ]


def offered(page: Page) -> list[str]:
    return [element.words for element in page.classed("download-name")]


#: The system of the browser of a visitor who has Windows.
WINDOWS = {"HTTP_USER_AGENT": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}


def get_button(client: Client, **headers: str) -> tuple[str, str]:
    """Return what the button of the extension says, and what is below it."""
    page = page_of(client.get("/extensions/gear_tool/", **headers))
    [button], [note] = page.classed("get-button"), page.classed("get-note")
    return button.words.partition(":")[0], note.words


def choose(client: Client, blender: str, platform: str = "") -> None:
    """Choose "My Blender"."""
    client.cookies["extery_blender"] = f"{blender}:{platform}:0"


def test_the_button_offers_what_fits_the_visitor(
    client: Client, approve: Approve, moderator: User
) -> None:
    approve(version="1.3.2", blender_version_max="5.0.0")
    approve(version="1.4.0", blender_version_min="4.5.0", platforms=["windows-x64", "linux-x64"])

    assert get_button(client, **WINDOWS)[0] == "Get for Windows (x64)"
    choose(client, "4.2", "windows-x64")
    label, note = get_button(client)
    assert label == "Get 1.3.2 for 4.2"
    assert note.startswith("1.4.0 needs Blender 4.5 or newer.1.3.2 ·")
    choose(client, "5.3", "macos-arm64")
    label, note = get_button(client)
    assert label == "Not for your system"
    assert note == "1.4.0 has no package for macOS (Apple silicon)."
    page = open_page(client, "/extensions/gear_tool/")
    assert not page.classed("get-drag")
    assert offered(page) == ["Windows (x64), Linux (x64) version 1.4.0", "All others version 1.3.2"]


def test_the_button_of_a_preview_names_the_access_token(
    owner: User, signed_in: Callable[[User], Client]
) -> None:
    factories.make_waiting(owner)
    assert get_button(signed_in(owner)) == ("Get with your access token", "Not public yet")
    page = open_page(signed_in(owner), "/extensions/gear_tool/")
    assert "curl -OH" in page.by_id("get-command").words
    assert "/account/tokens/" in page.links
    assert not page.classed("get-drag")


def test_each_platform_is_offered_what_the_listing_offers(
    client: Client, approve: Approve, moderator: User
) -> None:
    approve(version="1.0.0")
    approve(version="1.1.0", platforms=["windows-x64"])
    approve(version="1.2.0", platforms=["linux-x64", "macos-arm64"])
    page = open_page(client, "/extensions/gear_tool/")
    assert offered(page) == [
        "Windows (x64) version 1.1.0",
        "macOS (Apple silicon), Linux (x64) version 1.2.0",
        "All others version 1.0.0",
    ]
    for platform, version in [
        ("windows-x64", "1.1.0"),
        ("linux-x64", "1.2.0"),
        ("linux-arm64", "1.0.0"),
    ]:
        listing = client.get("/api/v1/extensions/", {"platform": platform}).json()
        [entry] = listing["data"]
        assert entry["version"] == version
        assert entry["archive_url"].partition("?")[0] in page.html.replace("&amp;", "&")


def test_a_package_for_all_platforms_is_offered_alone(client: Client, approve: Approve) -> None:
    approve(version="1.0.0", platforms=["windows-x64"])
    approve(version="1.1.0")
    page = open_page(client, "/extensions/gear_tool/")
    assert offered(page) == []
    assert "Drag it into Blender" in page.html
    assert "Windows (x64)" not in page.by_id("get").words
