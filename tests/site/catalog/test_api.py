"""The API endpoint of an extension."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from tests.site import factories

URL = "/api/v1/extensions/gear_tool/"


def test_the_details_of_an_extension(client: Client, approve: Callable[..., Version]) -> None:
    version = approve(tags=["Mesh"], blender_version_max="5.0.0")
    body = client.get(URL).json()
    assert (body["id"], body["name"], body["type"]) == ("gear_tool", "Gear Tool", "add-on")
    assert body["owner"] == {"username": "ada", "name": "Ada Tester"}
    assert body["tags"] == ["Mesh"]
    assert body["url"] == "http://testserver/extensions/gear_tool/"
    assert body["image"]["small"].startswith("http://testserver/media/images/")
    [listed] = body["versions"]
    assert (listed["version"], listed["status"]) == ("1.0.0", "approved")
    assert (listed["blender_version_min"], listed["blender_version_max"]) == ("4.2.0", "5.0.0")
    [package] = listed["packages"]
    assert package["archive_url"] == "http://testserver" + version.packages.get().download_path
    assert package["drag_url"].startswith(package["archive_url"] + "?repository=")


def test_drafts_are_visible_to_their_owner_and_moderators(
    client: Client,
    owner: User,
    moderator: User,
    stranger: User,
    program: Any,
    signed_in: Any,
) -> None:
    factories.make_approved(owner, moderator)
    factories.make_draft(owner, version="2.0.0")

    def versions(caller: Client) -> list[str]:
        return [version["version"] for version in caller.get(URL).json()["versions"]]

    assert versions(client) == versions(program(stranger)) == ["1.0.0"]
    for caller in (program(owner), program(moderator), signed_in(owner)):
        assert versions(caller) == ["2.0.0", "1.0.0"]


def test_unknown_and_private_extensions_are_not_found(
    client: Client, owner: User, stranger: User, program: Any
) -> None:
    factories.make_draft(owner)
    for caller in (client, program(stranger)):
        for url in (URL, "/api/v1/extensions/nothing/"):
            response = caller.get(url)
            assert response.status_code == 404
            assert response.json()["problems"][0]["code"] == "request.not-found"


def test_the_details_need_a_constant_number_of_queries(
    client: Client, approve: Callable[..., Version], django_assert_num_queries: Any
) -> None:
    for number in range(4):
        approve(version=f"1.{number}.0", tags=["Mesh"])
    with django_assert_num_queries(5):
        assert len(client.get(URL).json()["versions"]) == 4


def test_the_remote_library_of_a_version(client: Client, approve: Callable[..., Version]) -> None:
    auth = {"required": False, "auth_method": "TOKEN"}
    table = {"remote_url": "https://assets.example.org/gears/", "auth": auth}
    approve(type="asset-library", asset_library=table)
    other_version = approve(id="other_tool")
    other_version.manifest["asset_library"] = table
    other_version.save()
    [version] = client.get(URL).json()["versions"]
    assert version["asset_library"] == {**table, "host": "assets.example.org"}
    [other] = client.get("/api/v1/extensions/other_tool/").json()["versions"]
    assert other["asset_library"] is None
