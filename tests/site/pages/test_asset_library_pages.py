"""Pages of asset libraries: lists, the remote library and its host, permissions, review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Tag, Version
from extery_site.reports.actions import report_extension
from tests.site import factories
from tests.site.packages import LIBRARY_URL
from tests.site.pages.html import Page, mistakes, open_page

Approve = Callable[..., Version]
SignIn = Callable[[User], Client]
LIBRARY: dict[str, Any] = {"id": "gears", "name": "Gears", "type": "asset-library"}
TOKEN = {"required": True, "auth_method": "TOKEN"}


def remote(page: Page) -> str:
    """Return the text of the panel about the remote library."""
    [panel] = page.classed("remote")
    return panel.words


def links_to_library(page: Page) -> list[Any]:
    return [link for link in page.all("a") if link.get("href").startswith(LIBRARY_URL)]


def test_asset_libraries_have_a_list_of_their_own(client: Client, approve: Approve) -> None:
    approve()
    approve(**LIBRARY, tags=["Model"])

    page = open_page(client, "/asset-libraries/")

    assert page.h1 == "Asset libraries"
    assert [title.words for title in page.classed("card-title")] == ["Gears"]
    everything = open_page(client, "/extensions/")
    assert [kind.words for kind in everything.classed("card-kind")] == ["Asset library", "Add-on"]
    assert "/asset-libraries/" in everything.links
    filtered = open_page(client, "/extensions/?type=asset-library")
    assert [title.words for title in filtered.classed("card-title")] == ["Gears"]


def test_home_has_a_shelf_of_asset_libraries(client: Client, approve: Approve) -> None:
    approve()
    approve(**LIBRARY)
    assert "All asset libraries" not in open_page(client, "/").html
    approve(**LIBRARY | {"id": "more_gears", "name": "More Gears"})
    page = open_page(client, "/")
    assert "All asset libraries" in page.html
    names = [title.words for title in page.classed("card-title")]
    assert names == ["More Gears", "Gears", "Gear Tool", "More Gears", "Gears"]


def test_a_blender_filter_finds_libraries_from_the_first_blender_that_knows_them(
    client: Client, approve: Approve
) -> None:
    approve(**LIBRARY, blender_version_min="4.2.0")
    for blender, names in (("5.2", []), ("5.3", ["Gears"])):
        page = open_page(client, f"/extensions/?blender={blender}")
        assert [title.words for title in page.classed("card-title")] == names


def test_a_tag_of_two_types_is_one_chip_and_one_page(client: Client, approve: Approve) -> None:
    approve(tags=["Geometry Nodes", "Mesh"])
    approve(**LIBRARY, tags=["Geometry Nodes"])
    assert Tag.objects.filter(slug="geometry-nodes").count() == 2

    home = open_page(client, "/")
    chips = [chip.words for chip in home.classed("chip")]
    assert chips == ["Geometry Nodes 2", "Mesh 1"]
    page = open_page(client, "/tags/geometry-nodes/")
    assert len(page.classed("card-title")) == 2
    assert "<title>Geometry Nodes · Tag ·" in page.html
    assert "<title>Mesh · Add-on tag ·" in open_page(client, "/tags/mesh/").html


def test_the_page_of_a_library_shows_the_host_that_blender_contacts(
    client: Client, approve: Approve
) -> None:
    approve(**LIBRARY)

    page = open_page(client, "/extensions/gears/")

    assert "Blender contacts assets.example.org to list" in remote(page)
    assert "Encrypted (HTTPS)" in remote(page)
    assert "AuthenticationNone" in remote(page)
    [link] = links_to_library(page)
    assert link["rel"] == "nofollow noopener ugc"
    assert link.words == LIBRARY_URL


def test_the_page_of_a_library_shows_authentication_and_an_open_connection(
    client: Client, approve: Approve
) -> None:
    table = {"remote_url": "http://assets.example.org:8080/gears/", "auth": TOKEN}
    approve(**LIBRARY, asset_library=table)

    page = open_page(client, "/extensions/gears/")

    assert "Blender contacts assets.example.org:8080 to list" in remote(page)
    assert "Not encrypted (HTTP)" in remote(page)
    assert "Access token, required" in remote(page)


def test_the_url_of_a_library_is_no_link_before_its_approval(
    client: Client, owner: User, moderator: User, signed_in: SignIn
) -> None:
    factories.make_waiting(owner, **LIBRARY)
    for caller, address in (
        (client, "/queue/gears/1.0.0/"),
        (signed_in(moderator), "/queue/gears/1.0.0/"),
        (signed_in(moderator), "/extensions/gears/"),
    ):
        page = open_page(caller, address)
        assert LIBRARY_URL in remote(page)
        assert links_to_library(page) == []
    assert "assets.example.org" in open_page(client, "/queue/").classed("queue-flags")[1].words


def test_a_review_shows_that_an_update_changes_the_url(
    client: Client, owner: User, approve: Approve
) -> None:
    approve(**LIBRARY)
    assert "has changed" not in open_page(client, "/queue/gears/1.0.0/").html
    moved = {"remote_url": "https://elsewhere.example.org/gears/"}
    factories.make_waiting(owner, **LIBRARY, version="1.1.0", asset_library=moved)

    page = open_page(client, "/queue/gears/1.1.0/")

    assert "Blender contacts elsewhere.example.org to list" in remote(page)
    assert f"The URL has changed. Version 1.0.0 uses {LIBRARY_URL}." in remote(page)


def test_each_version_is_listed_with_its_host(client: Client, approve: Approve) -> None:
    approve(**LIBRARY)
    moved = {"remote_url": "https://elsewhere.example.org/gears/"}
    approve(**LIBRARY, version="1.1.0", asset_library=moved)

    html = open_page(client, "/extensions/gears/versions/").html

    assert "Asset libraries need Blender 5.3 or newer." in html
    assert html.index("elsewhere.example.org") < html.index("assets.example.org")


def test_the_page_of_a_library_says_which_blender_a_link_is_dropped_onto(
    client: Client, approve: Approve
) -> None:
    approve(**LIBRARY, blender_version_min="4.2.0")
    approve()

    page = open_page(client, "/extensions/gears/")

    assert "Drag it onto a window of Blender 5.3 or newer" in page.html
    assert 'data-drag-hint="Drop it onto a window of Blender 5.3 or newer"' in page.html
    assert "Requires Blender 5.3 and newer. Older versions neither list nor install" in (
        page.classed("get")[0].words
    )
    other = open_page(client, "/extensions/gear_tool/")
    assert "Drag it onto a Blender window" in other.html
    assert "neither list" not in other.html
    assert "Remote library" not in other.html


def test_the_permission_of_a_library_is_explained(client: Client, approve: Approve) -> None:
    approve(**LIBRARY, permissions={"scripts": "Rigs have drivers"})
    html = open_page(client, "/extensions/gears/").html
    for text in ("Scripts", "Rigs have drivers", "Its assets can contain Python scripts."):
        assert text in html


@pytest.mark.parametrize("type_", ["add-on", "theme", "asset-library"])
def test_an_extension_without_permissions_declares_none_and_promises_nothing(
    client: Client, approve: Approve, type_: str
) -> None:
    approve(type=type_)

    page = open_page(client, "/extensions/gear_tool/")

    assert "declares no permissions" in page.html
    assert "does not use the network" not in page.html
    assert "None declared" in open_page(client, "/queue/gear_tool/1.0.0/").html


def test_the_texts_of_a_library_are_escaped(client: Client, approve: Approve) -> None:
    version = approve(**LIBRARY)
    # An upload refuses these; rows of a backup or of an older release may have them.
    version.manifest["asset_library"] = {
        "remote_url": 'https://a.example/"><script>alert(1)</script>',
        "auth": {"auth_method": "<b>", "required": "yes"},
    }
    version.save()

    page = open_page(client, "/extensions/gears/")

    assert mistakes(page) == []
    assert "<script>alert" not in page.html
    assert "&lt;b&gt;</bdi>, optional" in page.html


@pytest.mark.parametrize("table", [None, 3, {}, {"remote_url": 5}, {"remote_url": "https://["}])
def test_a_library_without_a_usable_url_has_a_page(
    client: Client, approve: Approve, table: Any
) -> None:
    version = approve(**LIBRARY)
    version.manifest["asset_library"] = table
    version.save()

    assert remote(open_page(client, "/extensions/gears/"))
    assert remote(open_page(client, "/queue/gears/1.0.0/"))


def test_the_draft_of_a_library_shows_its_table(owner: User, signed_in: SignIn) -> None:
    table = {"remote_url": LIBRARY_URL, "auth": TOKEN}
    factories.make_draft(owner, **LIBRARY, asset_library=table)

    html = open_page(signed_in(owner), "/publish/gears/").html

    for line in (f"remote_url: {LIBRARY_URL}", "auth.required: true", "auth.auth_method: TOKEN"):
        assert line in html
    assert "Asset library" in open_page(signed_in(owner), "/mine/").html


def test_reports_show_the_type_of_the_extension(
    moderator: User, approve: Approve, signed_in: SignIn
) -> None:
    extension = approve(**LIBRARY).extension
    report = report_extension(extension=extension, reason="other", text="Slow", by=moderator)
    client = signed_in(moderator)
    for address in ("/reports/", report.case.get_absolute_url()):
        assert "Asset library" in open_page(client, address).html


def test_the_pages_of_a_library_need_no_more_queries_than_those_of_an_add_on(
    client: Client, approve: Approve
) -> None:
    approve()
    approve(**LIBRARY)
    assert Extension.objects.public().count() == 2

    def queries(extension_id: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as captured:
            for page in (f"/extensions/{extension_id}/", f"/queue/{extension_id}/1.0.0/"):
                open_page(client, page)
        return len(captured)

    assert queries("gears") == queries("gear_tool")
