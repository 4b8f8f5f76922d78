"""The listing of one extension has all of its published versions."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.test import Client

from extery.listing import entries as core
from extery.listing.all_versions import all_versions_url
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import decisions as moderation
from tests.site import factories

URL = "/api/v1/extensions/"
Approve = Callable[..., Version]


def test_it_has_all_published_versions_as_the_listing_would_have_them(
    client: Client, approve: Approve
) -> None:
    approve(version="1.0.0")
    [first] = client.get(URL).json()["data"]
    approve(version="1.10.0")
    approve(version="1.9.0-beta.1", blender_version_min="5.0.0")
    approve(id="other_tool", name="Other Tool")
    response = client.get(f"{URL}gear_tool/listing/")
    listing = core.parse_listing(response.content)
    assert [item["version"] for item in listing.data] == ["1.10.0", "1.9.0-beta.1", "1.0.0"]
    assert listing.data[-1] == first
    assert listing.blocked == {}


def test_the_listing_names_its_address(client: Client, approve: Approve) -> None:
    approve()
    path = all_versions_url(client.get(URL).json(), "gear_tool")
    assert client.get(URL + path.removeprefix("./")).status_code == 200


def test_a_blocked_extension_is_blocked_there(
    client: Client, approve: Approve, moderator: User
) -> None:
    version = approve()
    moderation.block_extension(extension=version.extension, by=moderator, reason="Mines coins")
    document = client.get(f"{URL}gear_tool/listing/").json()
    assert document["blocklist"] == [{"id": "gear_tool", "reason": "Mines coins"}]


def test_drafts_and_unknown_extensions_are_not_found(client: Client, owner: User) -> None:
    factories.make_draft(owner)
    for identifier in ("gear_tool", "nothing", "GEAR_TOOL"):
        response = client.get(f"{URL}{identifier}/listing/")
        assert response.status_code == 404
        assert json.loads(response.content)["problems"][0]["code"] == "request.not-found"


def test_a_client_that_has_it_gets_no_body(client: Client, approve: Approve) -> None:
    approve()
    first = client.get(f"{URL}gear_tool/listing/")
    again = client.get(f"{URL}gear_tool/listing/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
