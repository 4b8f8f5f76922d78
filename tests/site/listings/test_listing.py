"""The listing that Blender reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.compatibility import System
from extery.listing import entries as core
from extery_site.accounts.models import User
from extery_site.catalog.models import Package, Version
from extery_site.listings.cache import LISTINGS
from extery_site.listings.entries import render_entry
from extery_site.listings.rebuild import rebuild
from extery_site.moderation import decisions as moderation
from tests.listing.oracle import select
from tests.samples.packages import wheel as made_wheel
from tests.site import factories
from tests.site.packages import LIBRARY_URL

URL = "/api/v1/extensions/"
Approve = Callable[..., Version]


def get(client: Client, **query: str) -> dict[str, Any]:
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    document: dict[str, Any] = json.loads(response.content)
    return document


def names(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["id"], entry["version"]) for entry in document["data"]]


def test_an_empty_site_serves_a_valid_listing(client: Client, db: None) -> None:
    response = client.get(URL)
    assert core.parse_listing(response.content).data == []
    assert json.loads(response.content) == {
        "version": "v1",
        "all_versions": "./{id}/listing/",
        "blocklist": [],
        "data": [],
    }


def test_an_approved_extension_is_listed_with_blenders_keys_in_blenders_order(
    client: Client, approve: Approve
) -> None:
    version = approve(tags=["Modeling"], permissions={"network": "Fetches gear tables"})
    package = version.packages.get()
    [entry] = core.parse_listing(client.get(URL).content).data
    assert list(entry) == [key for key in core.KEYS if key in entry]
    assert entry == {
        "schema_version": "1.0.0",
        "id": "gear_tool",
        "name": "Gear Tool",
        "tagline": "Makes gears that turn",
        "version": "1.0.0",
        "type": "add-on",
        "maintainer": "Ada Tester <ada@example.org>",
        "license": ["SPDX:GPL-3.0-or-later"],
        "blender_version_min": "4.2.0",
        "permissions": {"network": "Fetches gear tables"},
        "tags": ["Modeling"],
        "archive_url": f"http://testserver/download/sha256:{package.sha256}/add-on-gear_tool-v1.0.0.zip",
        "archive_size": package.size,
        "archive_hash": f"sha256:{package.sha256}",
    }


def test_drafts_and_waiting_versions_are_not_listed(client: Client, owner: User) -> None:
    factories.make_draft(owner)
    factories.make_waiting(owner, id="other_tool", name="Other Tool")
    assert get(client)["data"] == []


def test_each_blender_gets_its_newest_compatible_version(client: Client, approve: Approve) -> None:
    approve(version="1.0.0", blender_version_min="4.2.0", blender_version_max="5.0.0")
    approve(version="2.0.0", blender_version_min="5.0.0")
    approve(version="1.9.0", blender_version_min="4.3.0", blender_version_max="4.5.0")
    assert names(get(client, blender_version="4.2.23")) == [("gear_tool", "1.0.0")]
    assert names(get(client, blender_version="4.4.0")) == [("gear_tool", "1.9.0")]
    assert names(get(client, blender_version="4.5.0")) == [("gear_tool", "1.0.0")]
    assert names(get(client, blender_version="5.0.1")) == [("gear_tool", "2.0.0")]
    assert names(get(client, blender_version="4.1.1")) == []
    assert names(get(client)) == [("gear_tool", "2.0.0")]


def test_the_newest_version_is_the_highest_number_not_the_last_upload(
    client: Client, approve: Approve
) -> None:
    approve(version="1.10.0")
    approve(version="1.9.5")
    approve(version="1.10.0-beta.2")
    assert names(get(client)) == [("gear_tool", "1.10.0")]


def test_a_platform_gets_the_newest_version_that_has_a_package_for_it(
    client: Client, approve: Approve
) -> None:
    approve(version="1.0.0")
    approve(version="2.0.0", platforms=["linux-x64"])
    assert names(get(client, platform="linux-x64")) == [("gear_tool", "2.0.0")]
    assert names(get(client, platform="windows-x64")) == [("gear_tool", "1.0.0")]
    assert names(get(client, platform="freebsd-x64")) == [("gear_tool", "1.0.0")]
    assert names(get(client, blender_version="4.2.0")) == [("gear_tool", "2.0.0")]


def test_a_version_with_a_package_for_each_platform_lists_all_or_the_right_one(
    client: Client, owner: User, moderator: User
) -> None:
    factories.make_draft(owner, platforms=["windows-x64"])
    version = factories.make_waiting(owner, platforms=["linux-x64", "linux-arm64"])
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    everything = get(client)["data"]
    assert [entry["platforms"] for entry in everything] == [
        ["windows-x64"],
        ["linux-arm64", "linux-x64"],
    ]
    [entry] = get(client, platform="linux-arm64", blender_version="4.2.1")["data"]
    assert entry["archive_url"].endswith("/add-on-gear_tool-v1.0.0-linux-arm64-linux-x64.zip")


def test_python_versions_come_from_the_wheels_and_choose_the_version(
    client: Client, approve: Approve
) -> None:
    wheel = "gears-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    approve(version="1.0.0")
    approve(version="2.0.0", wheels=[f"./wheels/{wheel}"], files={f"wheels/{wheel}": made_wheel()})
    entry = get(client, python_version="3.11.7")["data"][0]
    assert entry["version"] == "2.0.0"
    assert entry["python_versions"] == ["3.11"]
    assert "wheels" not in entry
    assert names(get(client, python_version="3.13.0")) == [("gear_tool", "1.0.0")]


def test_a_blocked_extension_stays_in_the_listing_and_is_on_the_blocklist(
    client: Client, approve: Approve, moderator: User
) -> None:
    extension = approve().extension
    approve(id="other_tool", name="Other Tool")
    moderation.block_extension(extension=extension, by=moderator, reason="Mines coins")
    document = get(client, blender_version="4.2.0")
    assert names(document) == [("gear_tool", "1.0.0"), ("other_tool", "1.0.0")]
    assert document["blocklist"] == [{"id": "gear_tool", "reason": "Mines coins"}]
    moderation.unblock_extension(extension=extension, by=moderator)
    assert get(client)["blocklist"] == []


def test_unknown_query_keys_are_ignored(client: Client, approve: Approve) -> None:
    approve()
    assert names(get(client, api_version_max="v9", cache="no")) == [("gear_tool", "1.0.0")]


@pytest.mark.parametrize("value", ["latest", "4.x", "-4.2", "4..2", "4.2.0;drop"])
def test_a_blender_version_that_cannot_be_read_is_named(
    client: Client, db: None, value: str
) -> None:
    response = client.get(URL, {"blender_version": value})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()["problems"][0]
    assert problem["code"] == "request.bad-value"
    assert problem["field"] == "blender_version"
    assert value in problem["message"]


def test_the_listing_equals_the_selection_of_the_toolkit(client: Client, approve: Approve) -> None:
    approve(version="1.0.0", blender_version_max="4.4.0")
    approve(version="1.2.0", platforms=["linux-x64", "windows-x64"])
    approve(version="1.3.0-rc.1", platforms=["linux-x64"], blender_version_min="4.3.0")
    approve(version="2.0.0", blender_version_min="4.5.0", platforms=["macos-arm64"])
    approve(id="night_theme", name="Night", type="theme", tags=["Dark"])
    approve(id="gear_library", name="Gears", type="asset-library", blender_version_min="5.3.0")

    everything = [
        json.loads("http://testserver".join(render_entry(package)))
        for package in Package.objects.select_related("version__extension")
    ]
    for blender in (None, "4.1.9", "4.2.0", "4.3.5", "4.4.0", "4.5.0", "5.0.1", "5.2.3", "5.3.0"):
        for platform in (None, "linux-x64", "windows-x64", "macos-arm64", "linux-arm64"):
            query = {"blender_version": blender, "platform": platform}
            expected = select(everything, System.parse(blender, platform))
            found = get(client, **{key: value for key, value in query.items() if value})["data"]
            assert found == expected, query


def test_a_client_with_the_current_listing_gets_304(client: Client, approve: Approve) -> None:
    approve()
    first = client.get(URL)
    again = client.get(URL, headers={"If-None-Match": f'"other", W/{first["ETag"]}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    approve(version="1.1.0")
    changed = client.get(URL, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_gzip_is_sent_to_clients_that_accept_it_but_not_to_blender(
    client: Client, approve: Approve
) -> None:
    import gzip

    approve()
    plain = client.get(URL, headers={"Accept-Encoding": "identity"})
    zipped = client.get(URL, headers={"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in plain["Vary"]
    assert plain["Content-Length"] == str(len(plain.content))


def test_links_begin_with_the_configured_address_or_that_of_the_request(
    client: Client, approve: Approve, settings: Any
) -> None:
    approve()
    settings.ALLOWED_HOSTS = ["*"]
    [entry] = json.loads(client.get(URL, headers={"Host": "lan.example:8000"}).content)["data"]
    assert entry["archive_url"].startswith("http://lan.example:8000/download/")
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    [entry] = get(client)["data"]
    assert entry["archive_url"].startswith("https://extensions.example.org/download/")


def test_the_link_on_the_page_is_the_archive_url_and_a_query_for_blender(
    client: Client, approve: Approve, rf: Any
) -> None:
    version = approve(blender_version_max="5.1.0", platforms=["linux-x64"])
    [entry] = get(client)["data"]
    link, _, query = version.packages.get().drag_url(rf.get("/")).partition("?")
    assert link == entry["archive_url"]
    assert query == (
        "repository=%2Fapi%2Fv1%2Fextensions%2F&blender_version_min=4.2.0"
        "&blender_version_max=5.1.0&platforms=linux-x64"
    )


def test_the_listing_needs_as_many_queries_for_many_extensions_as_for_one(
    client: Client, approve: Approve, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        approve(id=f"tool_{number}", name=f"Tool {number}")
    with django_assert_num_queries(3):
        get(client)
    LISTINGS.expire()
    with django_assert_num_queries(1):
        get(client, blender_version="4.2.0")


@pytest.mark.parametrize("minimum", ["4.2.0", "5.3.0", "5.3.2"])
@pytest.mark.parametrize("query", [{}, {"platform": "linux-x64"}, {"python_version": "3.13.0"}])
def test_only_a_blender_that_knows_asset_libraries_gets_one(
    client: Client, approve: Approve, minimum: str, query: dict[str, str]
) -> None:
    approve()
    approve(id="gear_library", name="Gears", type="asset-library", blender_version_min=minimum)
    tool, library = ("gear_tool", "1.0.0"), ("gear_library", "1.0.0")
    for blender in (None, "", "0.0.0", "4.2.0", "4.5.15", "5.0.1", "5.1", "5.2.99"):
        stated = query if blender is None else {**query, "blender_version": blender}
        assert names(get(client, **stated)) == [tool], blender
    for blender in ("5.3.2", "5.4", "6.0.0"):
        assert names(get(client, **query, blender_version=blender)) == [library, tool]
    assert (library in names(get(client, **query, blender_version="5.3.0"))) == (minimum != "5.3.2")


def test_the_library_of_an_entry_is_not_in_the_listing(client: Client, approve: Approve) -> None:
    approve(id="gears", type="asset-library", blender_version_min="5.3.0")
    response = client.get(URL, {"blender_version": "5.3.0"})
    [entry] = core.parse_listing(response.content).data
    assert list(entry) == [key for key in core.KEYS if key in entry]
    assert b"remote_url" not in response.content
    assert LIBRARY_URL.encode() not in response.content


def test_each_of_the_two_listings_has_its_own_etag_and_changes_alone(
    client: Client, approve: Approve
) -> None:
    approve()

    def etags() -> tuple[str, str]:
        queries = ({"blender_version": "5.0.1"}, {"blender_version": "5.3.0"})
        old, new = (client.get(URL, query)["ETag"] for query in queries)
        return old, new

    old, new = etags()
    assert old == new
    approve(id="gears", type="asset-library", blender_version_min="4.2.0")
    assert etags()[0] == old
    assert etags()[1] != new
    again = client.get(URL, {"blender_version": "5.0.1"}, headers={"If-None-Match": old})
    assert again.status_code == 304
    assert client.get(URL, headers={"If-None-Match": old}).status_code == 304


def test_a_site_with_libraries_only_serves_old_clients_an_empty_listing(
    client: Client, approve: Approve, django_assert_num_queries: Any
) -> None:
    approve(id="gears", type="asset-library", blender_version_min="5.3.0")
    with django_assert_num_queries(3):
        assert get(client)["data"] == []
    with django_assert_num_queries(0):
        LISTINGS._check_at = LISTINGS._clock() + 60
        assert names(get(client, blender_version="5.3.0")) == [("gears", "1.0.0")]
    LISTINGS.expire()


def test_a_blocked_library_is_on_the_blocklist_for_everyone(
    client: Client, approve: Approve, moderator: User
) -> None:
    extension = approve(id="gears", type="asset-library").extension
    moderation.block_extension(extension=extension, by=moderator, reason="Other assets")
    for query in ({}, {"blender_version": "5.3.0"}):
        assert get(client, **query)["blocklist"] == [{"id": "gears", "reason": "Other assets"}]
    assert get(client)["data"] == []


def test_everyone_can_download_the_package_of_a_library(client: Client, approve: Approve) -> None:
    package = approve(id="gears", type="asset-library").packages.get()
    response = client.get(package.download_path)
    assert b"".join(response.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    response.close()
    assert package.file_name == "asset-library-gears-v1.0.0.zip"


def test_the_drag_link_of_a_library_names_the_first_blender_that_knows_it(
    approve: Approve, rf: Any
) -> None:
    package = approve(id="gears", type="asset-library", blender_version_min="4.2.0").packages.get()
    assert "&blender_version_min=5.3.0" in package.drag_url(rf.get("/"))


def test_rebuilding_the_rows_keeps_libraries_from_older_blenders(
    client: Client, approve: Approve
) -> None:
    approve(id="gears", type="asset-library", blender_version_min="4.2.0")
    rebuild()
    LISTINGS.clear()
    assert get(client)["data"] == get(client, blender_version="5.2.9")["data"] == []
    assert names(get(client, blender_version="5.3.0")) == [("gears", "1.0.0")]
