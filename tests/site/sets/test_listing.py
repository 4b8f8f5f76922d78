"""The listing of a set: what Blender gets from its address."""

from __future__ import annotations

import gzip
import json
from typing import Any

import brotli
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery.listing import entries as core
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import decisions
from extery_site.publish.actions import unpublish
from extery_site.sets import actions, entries, hiding
from extery_site.sets.models import ExtensionSet
from tests.site import factories
from tests.site.packages import LIBRARY_URL
from tests.site.sets.conftest import Approve

URL = "/sets/eve/winter-work/index.json"
SITE = "/api/v1/extensions/"


def get(client: Client, url: str = URL, **query: str) -> dict[str, Any]:
    response = client.get(url, query)
    assert response.status_code == 200, response.content
    document: dict[str, Any] = json.loads(response.content)
    return document


def names(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["id"], entry["version"]) for entry in document["data"]]


def test_it_has_the_entries_of_the_sites_listing_and_no_others(
    client: Client, winter: ExtensionSet, approve: Approve
) -> None:
    approve(id="other_tool", name="Other Tool")
    response = client.get(URL)
    listing = core.parse_listing(response.content)
    of_site = [entry for entry in get(client, SITE)["data"] if entry["id"] != "other_tool"]
    assert listing.data == of_site
    assert len(of_site) == 3
    assert json.loads(response.content).keys() == {"version", "blocklist", "data"}
    assert response["Content-Type"] == "application/json"


def test_each_system_gets_the_newest_version_that_fits(
    client: Client, winter: ExtensionSet, approve: Approve
) -> None:
    approve(version="2.0.0", blender_version_min="5.0.0")
    approve(version="3.0.0", blender_version_min="5.0.0", platforms=["windows-x64"])
    expected = {
        ("4.2.0", "linux-x64"): "1.0.0",
        ("5.0.0", "linux-x64"): "2.0.0",
        ("5.3.0", "windows-x64"): "3.0.0",
    }
    for (blender, platform), version in expected.items():
        query = {"blender_version": blender, "platform": platform, "python_version": "3.11.9"}
        assert ("gear_tool", version) in names(get(client, **query))
        assert get(client, **query)["data"] == get(client, SITE, **query)["data"]


def test_asset_libraries_are_only_for_blenders_that_know_them(
    client: Client, winter: ExtensionSet, stranger: User, approve: Approve
) -> None:
    approve(
        id="quarry",
        name="Quarry",
        type="asset-library",
        blender_version_min="5.3.0",
        asset_library={"remote_url": LIBRARY_URL},
    )
    entries.add_extension(set_=winter, by=stranger, extension_id="quarry")
    assert "quarry" not in dict(names(get(client)))
    assert "quarry" not in dict(names(get(client, blender_version="5.0.0")))
    assert "quarry" in dict(names(get(client, blender_version="5.3.0")))


def test_a_pinned_version_stays_also_if_the_site_lists_a_newer_one_only(
    client: Client, winter: ExtensionSet, stranger: User, approve: Approve
) -> None:
    newer = approve(version="1.1.0")
    pin = {"set_": winter, "by": stranger, "extension_id": "gear_tool"}
    assert ("gear_tool", "1.1.0") in names(get(client))
    entries.change_entry(**pin, version="1.0.0")
    assert ("gear_tool", "1.0.0") in names(get(client))
    assert ("gear_tool", "1.1.0") in names(get(client, SITE))
    entries.change_entry(**pin, version="")
    assert ("gear_tool", newer.number) in names(get(client))


def test_a_pinned_version_that_is_blocked_is_not_replaced_by_another(
    client: Client, winter: ExtensionSet, stranger: User, moderator: User, approve: Approve
) -> None:
    approve(version="1.1.0")
    entries.change_entry(set_=winter, by=stranger, extension_id="gear_tool", version="1.0.0")
    get(client)
    old = Version.objects.get(extension__extension_id="gear_tool", number="1.0.0")
    decisions.block_version(version=old, by=moderator, reason="Loses files")
    assert "gear_tool" not in dict(names(get(client)))
    assert len(get(client)["data"]) == 2


def test_blocked_members_are_in_the_blocklist_and_those_of_others_are_not(
    client: Client, winter: ExtensionSet, moderator: User, owner: User, approve: Approve
) -> None:
    factories.make_blocked(owner, moderator, id="other_tool", name="Other Tool")
    assert get(client)["blocklist"] == []
    gears = winter.entries.in_order()[0].extension
    decisions.block_extension(extension=gears, by=moderator, reason="Mines coins")
    document = get(client)
    assert document["blocklist"] == [{"id": "gear_tool", "reason": "Mines coins"}]
    # As in the listing of the site: without an entry Blender shows no warning. Downloads are refused.
    assert "gear_tool" in dict(names(document))


def test_what_the_site_lists_no_more_is_in_no_set(
    client: Client, winter: ExtensionSet, owner: User
) -> None:
    gears = winter.entries.in_order()[0].extension
    assert gears.newest_version is not None
    unpublish(version=gears.newest_version, by=owner)
    assert "gear_tool" not in dict(names(get(client)))


@pytest.mark.parametrize("encoding", ["", "gzip", "br, gzip;q=0.5"])
def test_a_client_that_has_it_gets_no_body_and_others_get_it_compressed(
    client: Client, winter: ExtensionSet, encoding: str
) -> None:
    unpack = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
    response = client.get(URL, headers={"Accept-Encoding": encoding})
    name = response.headers.get("Content-Encoding", "")
    assert name == encoding.partition(",")[0]
    assert unpack[name](response.content) == client.get(URL).content
    assert response["Vary"] == "Accept-Encoding"
    headers = {"Accept-Encoding": encoding, "If-None-Match": response["ETag"]}
    again = client.get(URL, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "public, no-cache"


def test_the_entity_tag_is_that_of_the_bytes(
    client: Client, winter: ExtensionSet, stranger: User, approve: Approve
) -> None:
    before = client.get(URL)["ETag"]
    approve(id="other_tool", name="Other Tool")
    entries.move_extension(set_=winter, by=stranger, extension_id="gear_tool", direction="down")
    assert client.get(URL)["ETag"] == before
    entries.remove_extension(set_=winter, by=stranger, extension_id="gear_tool")
    assert client.get(URL)["ETag"] != before


def test_the_number_of_queries_does_not_grow_with_the_set(
    client: Client, winter: ExtensionSet, stranger: User, approve: Approve
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(URL)
        return len([one for one in found.captured_queries if "listings_revision" not in one["sql"]])

    queries()
    assert queries() == 1  # the set itself
    entries.change_entry(set_=winter, by=stranger, extension_id="gear_tool", version="1.0.0")
    assert queries() == 3  # its entries and the pinned versions too
    approve(version="1.1.0")
    client.get(SITE)  # reads the change for all listings
    assert queries() == 2  # the pinned versions
    assert queries() == 1


def test_the_page_is_the_listing_for_a_blender(client: Client, winter: ExtensionSet) -> None:
    response = client.get("/sets/eve/winter-work/", headers={"Accept": "application/json"})
    assert response.content == client.get(URL).content
    page = client.get("/sets/eve/winter-work/", headers={"Accept": "text/html,*/*"})
    assert "text/html" in page["Content-Type"]
    assert "Accept" in page["Vary"]


def test_hidden_deleted_and_unknown_sets_are_not_found_and_look_the_same(
    client: Client, winter: ExtensionSet, stranger: User, moderator: User
) -> None:
    unknown = client.get("/sets/eve/other/index.json")
    assert unknown.status_code == 404
    hiding.hide_set(set_=winter, by=moderator, reason="Insults")
    hidden = client.get(URL)
    assert hidden.status_code == 404
    assert b"Insults" not in hidden.content
    hiding.show_set(set_=winter, by=moderator)
    assert len(get(client)["data"]) == 3
    stranger.is_active = False
    stranger.save()
    assert client.get(URL).status_code == 404
    stranger.is_active = True
    stranger.save()
    actions.delete_set(set_=winter, by=stranger)
    assert client.get(URL).status_code == 404


def test_a_set_with_a_link_is_served_to_who_has_it(client: Client, stranger: User) -> None:
    set_ = actions.create_set(by=stranger, title="Secret", visibility=ExtensionSet.Visibility.LINK)
    assert get(client, set_.get_listing_url())["data"] == []


def test_a_bad_system_is_an_error(client: Client, winter: ExtensionSet) -> None:
    headers = {"Accept": "application/json"}
    for query in ({"blender_version": "soon"}, {"platform": "amiga"}):
        response = client.get(URL, query, headers=headers)
        assert response.status_code == 400
        assert response.json()["problems"][0]["code"] == "request.bad-value"
    assert client.post(URL).status_code == 405
