"""The listing of one extension has all of its published versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.test import Client

from extery.client.all_versions import find_all_versions
from extery.client.index.queries import candidates
from extery.client.plan import plan_install
from extery.client.repositories import Repository, change_repositories
from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.listing import entries as core
from extery.listing.all_versions import all_versions_url
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import decisions as moderation
from tests.fakes import FakeFetcher, FakeWeb
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


@pytest.mark.parametrize(
    ("text", "version"), [("==1.0", "1.0.0"), ("<2", "1.1.0"), ("@beta", "2.0.0-beta.1")]
)
def test_the_client_finds_each_version(
    client: Client, approve: Approve, tmp_path: Path, text: str, version: str
) -> None:
    for number in ("1.0.0", "1.1.0", "2.0.0-alpha.1", "2.0.0-beta.1"):
        approve(version=number)
    web = FakeWeb()
    repository = Repository("site", f"{web.url}{URL}")
    target = Target(tmp_path / "extensions", (4, 2, 99))
    change_repositories(target, lambda _: [repository])
    stored = repository.listing_in(target)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(client.get(URL, {"blender_version": "4.2.0"}).content)
    web.put(f"{URL}gear_tool/listing/", client.get(f"{URL}gear_tool/listing/").content)
    plan = plan_install(
        target,
        [Requirement.parse(f"gear_tool{text}")],
        find=candidates,
        installed=[],
        find_all_versions=partial(
            find_all_versions, fetcher_for=lambda _url, _target: FakeFetcher(web)
        ),
    )
    assert not plan.problems
    [change] = plan.changes
    assert change.candidate is not None
    assert change.candidate.version.text == version
    assert f"/download/sha256:{change.candidate.sha256}/" in change.candidate.url
