"""Pages of sets: what they show to whom, their forms, and hostile input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.moderation import decisions
from extery_site.notify.actions import is_following
from extery_site.reports.models import Case
from extery_site.sets import actions, entries, hiding
from extery_site.sets.models import ExtensionSet
from extery_site.sets.queries import newest_sets
from tests.site.pages.html import Page, mistakes, open_page, page_of
from tests.site.sets.conftest import Approve, order_of

SignedIn = Callable[[User], Client]
PAGE = "/sets/eve/winter-work/"
EDIT = f"{PAGE}edit/"
ENTRIES = f"{PAGE}entries/"


def titles(page: Page) -> list[str]:
    return [one.words for one in page.classed("card-title")]


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_a_page_shows_the_extensions_in_order_and_the_address(
    client: Client, winter: ExtensionSet, stranger: User, approve: Approve
) -> None:
    approve(version="1.1.0")
    entries.change_entry(
        set_=winter, by=stranger, extension_id="gear_tool", note="Turns **well**", version="1.0.0"
    )
    page = open_page(client, PAGE)
    assert not mistakes(page)
    assert titles(page) == ["Gear Tool", "Snow Maker", "Rock Garden"]
    assert page.by_id("listing-url").words == f"http://testserver{PAGE}index.json"
    assert "<strong>well</strong>" in page.html
    assert "Stays at version 1.0.0" in page.html
    assert "For <em>cold</em> days." in page.html
    [drag] = [one["href"] for one in page.all("a") if "data-drag" in one.attributes]
    # Blender looks for exactly this URL in the listing of the set, and offers to add that.
    data = client.get(f"{PAGE}index.json").json()["data"]
    assert drag.partition("?")[0] in [entry["archive_url"] for entry in data]
    assert parse_qs(urlsplit(drag).query)["repository"] == [f"{PAGE}index.json"]


def test_markup_and_look_alikes_in_texts_stay_harmless(
    client: Client, tools: dict[str, Version], stranger: User
) -> None:
    evil = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))"
    set_ = actions.create_set(by=stranger, title="<b>Bold</b>", description=evil * 5)
    entries.add_extension(set_=set_, by=stranger, extension_id="gear_tool", note=evil)
    stored = ExtensionSet.objects.filter(pk=set_.pk)
    stored.update(title="a\u202eb<b>")
    for path in (set_.get_absolute_url(), "/sets/", "/extensions/gear_tool/", "/people/eve/"):
        html = open_page(client, path).html
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript' not in html
        assert "\u202e" not in html
        assert "[U+202E]" in html


def test_names_of_what_is_not_public_any_more_do_not_leak(
    client: Client, winter: ExtensionSet, stranger: User, moderator: User, signed_in: SignedIn
) -> None:
    ids = {one.extension.extension_id: one.extension for one in winter.entries.in_order()}
    decisions.block_extension(extension=ids["gear_tool"], by=moderator, reason="Mines coins")
    Extension.objects.filter(extension_id="snow_maker").update(unlisted_at=timezone.now())
    Extension.objects.filter(extension_id="rock_garden").update(status="deleted")
    names = ("Gear Tool", "gear_tool", "Snow Maker", "snow_maker", "Rock Garden", "rock_garden")
    for path in (PAGE, "/sets/", "/people/eve/", "/api/v1/sets/eve/winter-work/"):
        body = client.get(path).content.decode()
        assert not [name for name in names if name in body], path
    assert "0 extensions" in open_page(client, PAGE).html
    assert newest_sets(3) == []
    edit = open_page(signed_in(stranger), EDIT).html
    assert "Moderators blocked it" in edit
    assert "Its owner unlisted it" in edit
    assert "An extension that is not public any more" in edit
    assert "Rock Garden" not in edit
    assert "rock_garden" not in edit
    gone = winter.entries.get(extension__extension_id="rock_garden")
    signed_in(stranger).post(ENTRIES, {"step": "remove", "entry": gone.pk})
    assert order_of(winter) == ["gear_tool", "snow_maker"]


def test_a_set_with_a_link_is_in_no_list(
    client: Client, tools: dict[str, Version], stranger: User, signed_in: SignedIn
) -> None:
    set_ = actions.create_set(by=stranger, title="Secret", visibility=actions.Visibility.LINK)
    entries.add_extension(set_=set_, by=stranger, extension_id="gear_tool")
    for path in ("/sets/", "/sets/?q=secret", "/extensions/gear_tool/", "/people/eve/"):
        assert "Secret" not in open_page(client, path).html
    assert (
        '<meta name="robots" content="noindex">' in open_page(client, set_.get_absolute_url()).html
    )
    assert titles(open_page(signed_in(stranger), "/sets/mine/")) == ["Secret"]


def test_the_list_is_searched_and_sorted(
    client: Client, winter: ExtensionSet, tools: dict[str, Version], owner: User
) -> None:
    other = actions.create_set(by=owner, title="All stones")
    entries.add_extension(set_=other, by=owner, extension_id="rock_garden")
    actions.create_set(by=owner, title="Empty winter")
    ExtensionSet.objects.filter(pk=winter.pk).update(follower_count=3)
    expected = {
        "": ["All stones", "Winter work"],
        "?sort=followed": ["Winter work", "All stones"],
        "?sort=title": ["All stones", "Winter work"],
        "?q=WINTER": ["Winter work"],
        "?q=ada": ["All stones"],
        "?q=nothing": [],
        "?extension=gear_tool": ["Winter work"],
    }
    for query, wanted in expected.items():
        page = open_page(client, f"/sets/{query}")
        assert not mistakes(page)
        assert titles(page) == wanted, query
    assert client.get("/sets/?sort=foo").status_code == 400
    assert client.get("/sets/?extension=foo").status_code == 404
    section = open_page(client, "/extensions/rock_garden/").by_id("in-sets")
    assert section.words == "In these sets"


def test_the_numbers_of_queries_do_not_grow(
    client: Client, winter: ExtensionSet, approve: Approve, stranger: User, signed_in: SignedIn
) -> None:
    paths = [(client, PAGE), (client, "/sets/"), (signed_in(stranger), EDIT)]
    before = [queries_of(who, path) for who, path in paths]
    for number in range(3):
        approve(id=f"tool_{number}", name=f"Tool {number}")
        set_ = actions.create_set(by=stranger, title=f"Set {number}")
        for target in (set_, winter):
            entries.add_extension(set_=target, by=stranger, extension_id=f"tool_{number}")
    assert [queries_of(who, path) for who, path in paths] == before
    assert before[0] <= 5


def test_a_user_makes_a_set_from_the_page_of_an_extension(
    tools: dict[str, Version], stranger: User, signed_in: SignedIn, client: Client
) -> None:
    assert client.get("/extensions/gear_tool/sets/").status_code == 302
    eve = signed_in(stranger)
    response = eve.get("/extensions/gear_tool/sets/")
    assert response["Location"] == "/sets/new/?extension=gear_tool"
    response = eve.post(response["Location"], {"title": "Winter work", "visibility": "public"})
    assert response["Location"] == PAGE
    set_ = ExtensionSet.objects.get()
    assert order_of(set_) == ["gear_tool"]
    page = open_page(eve, "/extensions/snow_maker/sets/")
    assert not mistakes(page)
    eve.post("/extensions/snow_maker/sets/", {"shown": [set_.pk], "chosen": [set_.pk]})
    assert order_of(set_) == ["gear_tool", "snow_maker"]
    eve.post("/extensions/gear_tool/sets/", {"shown": [set_.pk]})
    assert order_of(set_) == ["snow_maker"]
    # A set that the page did not show, such as one made in another tab, stays as it is.
    eve.post("/extensions/snow_maker/sets/", {})
    assert order_of(set_) == ["snow_maker"]


def test_a_form_with_errors_keeps_what_was_typed(stranger: User, signed_in: SignedIn) -> None:
    fields = {"title": "Official set", "visibility": "public", "name": "../x"}
    response = signed_in(stranger).post("/sets/new/", fields)
    page = page_of(response)
    assert response.status_code == 422
    assert not mistakes(page)
    assert page.by_id("id_title")["value"] == "Official set"
    assert "could be mistaken for a set of this site" in page.html


def test_an_owner_changes_a_set(winter: ExtensionSet, stranger: User, signed_in: SignedIn) -> None:
    eve = signed_in(stranger)
    assert not mistakes(open_page(eve, EDIT))
    eve.post(EDIT, {"title": "Frost", "description": "", "visibility": "link"})
    winter.refresh_from_db()
    assert (winter.title, winter.visibility, winter.name) == ("Frost", "link", "winter-work")
    for fields in (
        {"step": "down", "extension": "gear_tool"},
        {"step": "save", "extension": "gear_tool", "note": "Hm", "version": "1.0.0"},
        {"step": "remove", "extension": "rock_garden"},
    ):
        assert eve.post(ENTRIES, fields).status_code == 302
    assert order_of(winter) == ["snow_maker", "gear_tool"]
    entry = winter.entries.get(extension__extension_id="gear_tool")
    assert (entry.note, entry.version_number) == ("Hm", "1.0.0")
    assert eve.post(ENTRIES, {"step": "drop"}).status_code == 404
    for step in ("up", "save", "remove"):
        odd = {"step": step, "extension": "gear\0tool", "note": "a\0", "version": "1\0"}
        assert eve.post(ENTRIES, odd).status_code in {302, 400}
    assert not mistakes(open_page(eve, f"{PAGE}delete/"))
    assert eve.post(f"{PAGE}delete/").status_code == 302
    assert not ExtensionSet.objects.exists()


def test_an_order_from_an_outdated_tab_changes_nothing_and_says_so(
    winter: ExtensionSet, stranger: User, signed_in: SignedIn
) -> None:
    eve = signed_in(stranger)
    fields = {"step": "order", "order": "rock_garden gear_tool snow_maker"}
    eve.post(ENTRIES, {**fields, "revision": winter.revision})
    assert order_of(winter) == ["rock_garden", "gear_tool", "snow_maker"]
    late = {"step": "order", "order": "snow_maker rock_garden gear_tool"}
    for revision in (str(winter.revision), "", "x", "9" * 30):
        response = eve.post(ENTRIES, {**late, "revision": revision}, follow=True)
        assert "was changed since this page was opened" in response.content.decode()
    assert order_of(winter) == ["rock_garden", "gear_tool", "snow_maker"]


@pytest.mark.parametrize("who", ["", "ada", "mod"])
def test_forms_of_the_set_of_another_user_are_refused(
    winter: ExtensionSet, owner: User, moderator: User, signed_in: SignedIn, who: str
) -> None:
    users = {"ada": owner, "mod": moderator}
    client = signed_in(users[who]) if who else Client()
    before = order_of(winter), winter.title
    fields = {"title": "Mine", "visibility": "public", "step": "remove", "extension": "gear_tool"}
    for path in (EDIT, ENTRIES, f"{PAGE}delete/"):
        assert client.post(path, fields).status_code == (403 if who else 302)
    # By the page of an extension: the key of a set of another user is ignored.
    key = winter.pk
    client.post("/extensions/gear_tool/sets/", {"shown": [key], "chosen": []})
    winter.refresh_from_db()
    assert (order_of(winter), winter.title) == before
    assert client.get(EDIT).status_code == (403 if who else 302)


def test_a_set_is_followed_from_its_page(
    winter: ExtensionSet, owner: User, client: Client, signed_in: SignedIn
) -> None:
    assert f"/account/login/?next={PAGE}" in open_page(client, PAGE).links
    ada = signed_in(owner)
    ada.post(f"{PAGE}follow/", {"step": "follow"})
    assert is_following(owner, winter.key)
    assert "followed by 1" in open_page(ada, PAGE).html
    ada.post(f"{PAGE}follow/", {"step": "unfollow"})
    assert not is_following(owner, winter.key)
    assert ada.post(f"{PAGE}follow/", {"step": "x"}).status_code == 404


def test_a_reported_set_is_hidden_by_a_moderator(
    winter: ExtensionSet, owner: User, stranger: User, moderator: User, signed_in: SignedIn
) -> None:
    ada, mod = signed_in(owner), signed_in(moderator)
    report = f"/report/set/{winter.pk}/"
    assert report in open_page(ada, PAGE).links
    assert not mistakes(open_page(ada, report))
    ada.post(report, {"reason": "advertising", "text": "Links to a shop."})
    case = Case.objects.get()
    assert (case.kind, case.title, case.person) == ("set", "Set Winter work", stranger)
    url = case.get_absolute_url()
    assert "For *cold* days." in open_page(mod, url).html
    fields = {"outcome": "resolved", "note": "Advertising.", "next_step": "hide_set"}
    response = mod.post(url, {"step": "decide", **fields})
    assert response["Location"] == f"{PAGE}hide/"
    assert not mistakes(open_page(mod, f"{PAGE}hide/"))
    assert mod.post(f"{PAGE}hide/", {"step": "hide", "reason": ""}).status_code == 422
    mod.post(f"{PAGE}hide/", {"step": "hide", "reason": "It advertises a shop."})
    assert ada.get(PAGE).status_code == 404
    assert ada.get(report).status_code == 404
    assert "It advertises a shop." in open_page(signed_in(stranger), PAGE).html
    assert "Winter work" not in open_page(ada, "/sets/").html
    mod.post(f"{PAGE}hide/", {"step": "show"})
    assert ada.get(PAGE).status_code == 200
    assert ada.get(f"{PAGE}hide/").status_code == 403


def test_addresses_with_other_letters_lead_to_the_page(
    client: Client, winter: ExtensionSet
) -> None:
    response = client.get("/sets/EVE/Winter-Work/")
    assert (response.status_code, response["Location"]) == (301, PAGE)
    assert client.get("/sets/EVE/Winter-Work/index.json").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/sets/eve{}/winter-work/",
        "/sets/eve/winter-work{}/",
        "/sets/eve/winter-work{}/index.json",
        "/sets/eve/{}/",
        "/sets/?q={}&sort={}&extension={}&page={}",
        "/sets/..%2f..%2fetc/passwd{}/",
        "/report/set/{}/",
    ],
)
def test_odd_addresses_are_no_server_error(
    client: Client, winter: ExtensionSet, path: str, signed_in: SignedIn, stranger: User
) -> None:
    for who in (client, signed_in(stranger)):
        assert who.get(path.replace("{}", "%00")).status_code == 400
        for odd in ("%ED%A0%80", "%FF", "9" * 30, "%E2%80%AE", "%2e%2e"):
            assert who.get(path.replace("{}", odd)).status_code < 500, (path, odd)


def test_huge_sets_are_shown_in_pages(
    client: Client, winter: ExtensionSet, stranger: User, settings: Any
) -> None:
    gears = Extension.objects.get(extension_id="gear_tool")
    many = [
        Extension(
            extension_id=f"tool_{number}",
            id_key=f"tool_{number}",
            name=f"Tool {number}",
            tagline="A tool",
            type="add-on",
            owner=gears.owner,
            status="approved",
        )
        for number in range(197)
    ]
    Extension.objects.bulk_create(many)
    for extension in many:
        winter.entries.create(extension=extension, place=10)
    assert len(titles(open_page(client, PAGE))) == 48
    assert len(titles(open_page(client, f"{PAGE}?page=5"))) == 200 - 4 * 48
    with CaptureQueriesContext(connection) as found:
        assert len(entries_on_edit_page(stranger)) == 200
    assert len(found) <= 5


def entries_on_edit_page(user: User) -> list[object]:
    from extery_site.sets.contents import edit_rows

    set_ = ExtensionSet.objects.get(name="winter-work")
    return list(edit_rows(set_, user))


def test_hidden_sets_are_on_no_profile(
    client: Client, winter: ExtensionSet, moderator: User
) -> None:
    assert "Winter work" in open_page(client, "/people/eve/").html
    hiding.hide_set(set_=winter, by=moderator, reason="Hm")
    assert "Winter work" not in open_page(client, "/people/eve/").html


def test_the_newest_sets_are_for_the_start_page(winter: ExtensionSet, stranger: User) -> None:
    small = actions.create_set(by=stranger, title="Small")
    entries.add_extension(set_=small, by=stranger, extension_id="gear_tool")
    [card] = newest_sets(3)
    assert (card.set, card.number) == (winter, 3)
    assert [one.extension_id for one in card.icons] == order_of(winter)
    assert newest_sets(3, least=2) == []
