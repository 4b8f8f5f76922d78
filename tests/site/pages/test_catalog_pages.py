"""Pages home, browse, extension, versions and author: content, visibility, number of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from tests.site import factories
from tests.site.pages.html import Page, open_page

Approve = Callable[..., Version]


def names_on(page: Page) -> list[str]:
    """Return the names on the cards, in order."""
    return [element.words for element in page.classed("card-title")]


def fill(owner: User, number: int, **fields: Any) -> None:
    """Create approved extensions without packages, which is enough for a grid and fast."""
    for at in range(number):
        extension = Extension.objects.create(
            extension_id=f"tool_{at:03}",
            type="add-on",
            name=f"Tool {at:03}",
            tagline="Does one thing",
            owner=owner,
            status=Extension.Status.APPROVED,
        )
        version = Version.objects.create(
            extension=extension,
            number="1.0.0",
            sort_key="1",
            status=Version.Status.APPROVED,
            blender_min=4002000,
            created_by=owner,
        )
        extension.newest_version = version
        extension.save()


def test_home_shows_how_to_add_the_repository(client: Client, db: None) -> None:
    page = open_page(client, "/")
    assert page.by_id("listing-url").words == "http://testserver/api/v1/extensions/"
    assert "/about/use-in-blender/" in page.links
    assert "No extensions yet" in page.html


def test_home_shows_both_types_and_the_tags(client: Client, approve: Approve) -> None:
    approve(name="Gear Tool", tags=["Mesh"])
    approve(id="harbour", name="Harbour", type="theme", tags=["Dark"])
    page = open_page(client, "/")
    assert names_on(page) == ["Harbour", "Gear Tool"]
    assert {"/tags/mesh/", "/tags/dark/"} <= set(page.links)
    assert "2 free extensions" in page.html


def test_the_repository_url_uses_the_configured_site_url(
    client: Client, db: None, settings: Any
) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    page = open_page(client, "/about/use-in-blender/")
    assert page.by_id("listing-url").words == "https://extensions.example.org/api/v1/extensions/"
    canonical = next(link for link in page.all("link") if link.get("rel") == "canonical")
    assert canonical["href"] == "https://extensions.example.org/about/use-in-blender/"


def test_only_public_extensions_are_listed(
    client: Client, owner: User, moderator: User, approve: Approve
) -> None:
    approve(name="Public")
    factories.make_waiting(owner, id="waiting", name="Waiting")
    factories.make_draft(owner, id="draft", name="Draft")
    factories.make_blocked(owner, moderator, id="blocked", name="Blocked")
    assert names_on(open_page(client, "/extensions/")) == ["Public"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=turn", ["Gear Tool"]),
        ("?q=GEAR+turn", ["Gear Tool"]),
        ("?q=ada", ["Gear Tool", "Harbour"]),
        ("?q=nothing", []),
        ("?type=theme", ["Harbour"]),
        ("?tag=mesh", ["Gear Tool"]),
        ("?blender=4.1", []),
        ("?blender=4.2", ["Gear Tool", "Harbour"]),
        ("?blender=v5.1", ["Harbour"]),
        ("?platform=windows-x64", ["Harbour"]),
        ("?platform=linux-x64&q=turn", ["Gear Tool"]),
        ("?sort=name", ["Gear Tool", "Harbour"]),
        ("?sort=popular", ["Harbour", "Gear Tool"]),
        ("?sort=newest", ["Harbour", "Gear Tool"]),
    ],
)
def test_filters_and_order(client: Client, approve: Approve, query: str, found: list[str]) -> None:
    approve(name="Gear Tool", tags=["Mesh"], platforms=["linux-x64"], blender_version_max="5.0.0")
    approve(id="harbour", name="Harbour", type="theme", tagline="Deep blue", tags=["Dark"])
    Extension.objects.filter(extension_id="harbour").update(download_count=7)
    page = open_page(client, f"/extensions/{query}")
    shown = names_on(page)
    assert (shown if "sort" in query else sorted(shown)) == found
    assert f"{len(found)} extension" in page.all("main")[0].words


def test_an_invalid_filter_shows_an_error_with_status_400(client: Client, approve: Approve) -> None:
    approve()
    page = open_page(client, "/extensions/?blender=soon&type=keymap&sort=sideways", 400)
    assert names_on(page) == ["Gear Tool"]
    field = page.by_id("id_blender")
    assert field["aria-invalid"] == "true"
    assert "Enter a Blender version" in page.by_id("id_blender_error").words


def test_active_filters_can_be_removed_one_by_one(client: Client, approve: Approve) -> None:
    approve(tags=["Mesh"])
    page = open_page(client, "/extensions/?q=gear&tag=mesh&page=1")
    assert {"?q=gear", "?tag=mesh", "/extensions/"} <= set(page.links)


def test_an_empty_result_suggests_what_to_do(client: Client, db: None) -> None:
    page = open_page(client, "/themes/?q=unheard-of")
    assert "Nothing for “unheard-of” yet" in page.html
    assert "/themes/" in page.links


def test_types_and_tags_have_their_own_urls(client: Client, approve: Approve) -> None:
    approve(tags=["Mesh"])
    approve(id="harbour", name="Harbour", type="theme", tags=["Dark"])
    add_ons, themes = open_page(client, "/add-ons/"), open_page(client, "/themes/")
    assert (add_ons.h1, names_on(add_ons)) == ("Add-ons", ["Gear Tool"])
    assert (themes.h1, names_on(themes)) == ("Themes", ["Harbour"])
    tag = open_page(client, "/tags/dark/")
    assert (tag.h1, names_on(tag)) == ("Tag Dark", ["Harbour"])
    open_page(client, "/tags/unheard-of/", 404)


def test_results_are_paginated(client: Client, owner: User) -> None:
    fill(owner, 30)
    first = open_page(client, "/extensions/?sort=name")
    assert len(names_on(first)) == 24
    assert "30 extensions" in first.all("main")[0].words
    assert "?sort=name&page=2" in first.links
    second = open_page(client, "/extensions/?sort=name&page=2")
    assert names_on(second) == [f"Tool {at:03}" for at in range(24, 30)]
    assert names_on(open_page(client, "/extensions/?sort=name&page=99")) == names_on(second)


def test_lists_need_as_many_queries_for_many_extensions_as_for_one(
    client: Client, owner: User, approve: Approve
) -> None:
    approve(id="first", name="Tool", tags=["Mesh"])
    lists = ("/extensions/", "/extensions/?sort=name&q=tool", f"/people/{owner}/")
    numbers = []
    for _ in range(2):
        for address in lists:
            client.get(address)  # fill caches before queries are counted
            with CaptureQueriesContext(
                connection,
            ) as captured:
                page = open_page(client, address)
            numbers.append(len(captured))
        if len(numbers) == len(lists):
            fill(owner, 30)
    assert len(names_on(page)) == 24
    assert numbers[:3] == numbers[3:]
    assert max(numbers) <= 7


def test_an_extension_page_shows_its_details(client: Client, approve: Approve) -> None:
    version = approve(
        tags=["Mesh"],
        permissions={"network": "Fetch gear tables"},
        blender_version_max="5.0.0",
        website="https://example.org/gears",
    )
    Version.objects.filter(pk=version.pk).update(release_notes="- First *release*")
    page = open_page(client, "/extensions/gear_tool/")
    words = page.all("main")[0].words
    for expected in (
        "Gear Tool",
        "Makes gears that turn",
        "Ada Tester",
        "4.2 up to, not including 5.0",
        "GNU General Public Licence, version 3 or later",
        "Fetch gear tables",
        "It can send and receive data over the internet.",
        "example.org/gears",
        "Makes gears.",
        "First release",
    ):
        assert expected in words
    assert "<strong>gears</strong>" in page.html
    assert "/report/extension/gear_tool/" in page.links
    assert "/tags/mesh/" in page.links


def test_an_id_in_another_case_redirects_to_the_canonical_url(
    client: Client, approve: Approve
) -> None:
    approve()
    response = client.get("/extensions/Gear_Tool/")
    assert response.status_code == 301
    assert response["Location"] == "/extensions/gear_tool/"


def test_a_blocked_extension_shows_the_reason_and_no_download(
    client: Client, owner: User, moderator: User
) -> None:
    factories.make_blocked(owner, moderator, reason="Sends scene files away")
    page = open_page(client, "/extensions/gear_tool/")
    assert "This extension is blocked" in page.html
    assert "Sends scene files away" in page.html
    assert not page.classed("get-drag")
    assert not [link for link in page.links if "/download/" in link]
    assert not [
        link
        for link in open_page(client, "/extensions/gear_tool/versions/").links
        if "/download/" in link
    ]


def test_private_extensions_are_visible_to_owner_and_moderators_only(
    client: Client,
    owner: User,
    moderator: User,
    stranger: User,
    signed_in: Callable[[User], Client],
) -> None:
    factories.make_waiting(owner)
    for address in ("/extensions/gear_tool/", "/extensions/gear_tool/versions/"):
        open_page(client, address, 404)
        open_page(signed_in(stranger), address, 404)
        open_page(signed_in(moderator), address)
        open_page(signed_in(owner), address)
    page = open_page(signed_in(owner), "/extensions/gear_tool/")
    assert "This is a preview." in page.html
    assert "Awaiting review" in page.html


def test_a_new_version_in_review_is_hidden_from_others(
    client: Client, owner: User, approve: Approve, signed_in: Callable[[User], Client]
) -> None:
    approve()
    factories.make_waiting(owner, version="2.0.0")
    assert "2.0.0" not in open_page(client, "/extensions/gear_tool/").html
    assert "2.0.0" not in open_page(client, "/extensions/gear_tool/versions/").html
    assert "2.0.0" in open_page(signed_in(owner), "/extensions/gear_tool/").html


def test_versions_are_listed_newest_first(client: Client, approve: Approve) -> None:
    for number in ("1.9.0", "1.10.0", "1.2.0"):
        approve(version=number)
    page = open_page(client, "/extensions/gear_tool/versions/")
    assert [one.words for one in page.all("h3")] == ["1.10.0", "1.9.0", "1.2.0"]
    page = open_page(client, "/extensions/gear_tool/")
    assert "New in 1.10.0" in [one.words for one in page.all("h2")]


def test_an_extension_page_needs_a_constant_number_of_queries(
    client: Client, approve: Approve, django_assert_max_num_queries: Any
) -> None:
    numbers = {
        "": 12,
        "does/": 8,
        "compatibility/": 10,
        "versions/": 10,
        "versions/compare/": 15,
        "code/": 11,
        "ratings/": 12,
        "log/": 15,
    }
    for number in range(6):
        approve(version=f"1.{number}.0")
    open_page(client, "/extensions/gear_tool/versions/compare/")  # stores the difference
    for tab, most in numbers.items():
        with django_assert_max_num_queries(most):
            open_page(client, f"/extensions/gear_tool/{tab}")


def test_an_author_page_shows_profile_and_extensions(
    client: Client, owner: User, approve: Approve
) -> None:
    owner.about = "I make **gears**."
    owner.save()
    approve()
    factories.make_draft(owner, id="secret", name="Secret Draft")
    page = open_page(client, "/people/ada/")
    assert page.h1 == "Ada Tester"
    assert "<strong>gears</strong>" in page.html
    assert names_on(page) == ["Gear Tool"]
    assert client.get("/people/ADA/")["Location"] == "/people/ada/"
    open_page(client, "/people/nobody/", 404)


def test_an_inactive_user_has_no_page(client: Client, stranger: User) -> None:
    stranger.is_active = False
    stranger.save()

    assert "Eve" not in open_page(client, "/people/eve/", 404).html


def test_texts_of_users_are_escaped(client: Client, owner: User, approve: Approve) -> None:
    approve(name="<b>Bold</b> & more", tagline="A <i>tag</i> line")
    Extension.objects.update(description='<script src="https://bad.example/x.js"></script>**ok**')
    page = open_page(client, "/extensions/gear_tool/")
    assert page.h1 == "<b>Bold</b> & more"
    assert "bad.example/x.js&quot;" in page.html or 'bad.example/x.js"&gt;' in page.html
    assert not [one for one in page.all("script") if "bad" in one.get("src")]
    assert not page.all("b", "i")


def test_open_graph_tags_are_for_public_extensions_only(
    client: Client, owner: User, approve: Approve, signed_in: Callable[[User], Client]
) -> None:
    approve()
    factories.make_draft(owner, id="secret", name="Secret")
    page = open_page(client, "/extensions/gear_tool/")
    meta = {one.get("property"): one.get("content") for one in page.all("meta")}
    assert meta["og:title"] == "Gear Tool"
    assert meta["og:url"] == "http://testserver/extensions/gear_tool/"
    assert meta["og:image"].startswith("http://testserver/cards/")
    draft = open_page(signed_in(owner), "/extensions/secret/")
    assert "og:title" not in {one.get("property") for one in draft.all("meta")}


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_public_pages_accept_safe_methods_only(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/extensions/").status_code == 405
