"""One version leaves the public ones, or returns: the listing, pages and downloads follow in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict, ExteryError, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import decisions
from extery_site.publish import actions
from tests.site import factories

pytestmark = pytest.mark.django_db

#: What a stock Blender 4.2 sends.
BLENDER = "/api/v1/extensions/?blender_version=4.2.3&platform=linux-x64"
ALL_VERSIONS = "/api/v1/extensions/gear_tool/listing/"


def listed(path: str) -> list[str]:
    """The versions of a listing, in its order; every entry has what Blender needs."""
    document = json.loads(b"".join(Client().get(path)))
    needed = {"id", "version", "archive_url", "archive_size", "archive_hash", "schema_version"}
    assert all(needed <= entry.keys() for entry in document["data"])
    return [entry["version"] for entry in document["data"]]


def blocklist(path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(b"".join(Client().get(path)))["blocklist"]
    return found


@pytest.fixture
def versions(approve: Callable[..., Version]) -> list[Version]:
    return [approve(version=number) for number in ("1.0.0", "1.1.0")]


def block(version: Version, moderator: User) -> None:
    decisions.block_version(version=version, by=moderator, reason="Deletes files")


def unpublish(version: Version, _moderator: User) -> None:
    actions.unpublish(version=version, by=version.extension.owner, reason="Broken")


def unblock(version: Version, moderator: User) -> None:
    decisions.unblock_version(version=version, by=moderator, reason="It was a mistake")


def republish(version: Version, _moderator: User) -> None:
    actions.republish(version=version, by=version.extension.owner)


WAYS = {"block": (block, unblock), "unpublish": (unpublish, republish)}
Way = tuple[Callable[[Version, User], None], Callable[[Version, User], None]]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_version_that_leaves_is_replaced_by_the_next_newest(
    way: Way, versions: list[Version], moderator: User
) -> None:
    leave, come_back = way
    assert (listed(BLENDER), listed(ALL_VERSIONS)) == (["1.1.0"], ["1.1.0", "1.0.0"])

    leave(versions[1], moderator)

    assert (listed(BLENDER), listed(ALL_VERSIONS)) == (["1.0.0"], ["1.0.0"])
    assert blocklist(BLENDER) == blocklist(ALL_VERSIONS) == []
    extension = Extension.objects.get()
    assert (extension.status, extension.newest_version) == ("approved", versions[0])
    page = Client().get("/extensions/gear_tool/").content.decode()
    assert versions[1].package_hashes[0] not in page
    assert versions[0].package_hashes[0] in page

    come_back(versions[1], moderator)

    assert (listed(BLENDER), listed(ALL_VERSIONS)) == (["1.1.0"], ["1.1.0", "1.0.0"])
    assert Extension.objects.get().newest_version == versions[1]


@pytest.mark.parametrize(
    ("way", "status"),
    [("block", "versions_blocked"), ("unpublish", "unpublished")],
)
def test_without_a_public_version_the_extension_is_not_public(
    way: str, status: str, approve: Callable[..., Version], moderator: User
) -> None:
    version = approve()
    leave, come_back = WAYS[way]

    leave(version, moderator)

    extension = Extension.objects.get()
    assert (extension.status, extension.newest_version, extension.published_at) == (
        *(status, None, None),
    )
    assert (listed(BLENDER), listed(ALL_VERSIONS)) == ([], [])
    assert Client().get("/extensions/gear_tool/").status_code == 404

    come_back(version, moderator)

    assert listed(BLENDER) == ["1.0.0"]
    assert Client().get("/extensions/gear_tool/").status_code == 200


@pytest.mark.parametrize(
    ("way", "code"),
    [("block", "download.version-blocked"), ("unpublish", "download.unpublished")],
)
def test_the_download_of_a_version_that_left_is_gone(
    way: str, code: str, versions: list[Version], owner: User, moderator: User, signed_in: Any
) -> None:
    WAYS[way][0](versions[1], moderator)
    left, other = (version.packages.get().download_path for version in reversed(versions))

    response = Client().get(left, headers={"Accept": "application/json"})

    assert (response.status_code, response.json()["problems"][0]["code"]) == (410, code)
    assert status_of(Client(), other) == 200
    assert status_of(signed_in(moderator), left) == 200
    assert status_of(signed_in(owner), left) == (410 if way == "block" else 200)


def status_of(client: Client, path: str) -> int:
    """The status of a download; reading it to its end closes the file."""
    response = client.get(path)
    list(response)
    return int(response.status_code)


def test_a_package_for_another_platform_stays_listed(approve: Any, moderator: User) -> None:
    old = approve(version="1.0.0", platforms=["linux-x64", "windows-x64"])
    new = approve(version="1.1.0", platforms=["linux-x64"])
    windows = BLENDER.replace("linux", "windows")
    assert (listed(BLENDER), listed(windows)) == (["1.1.0"], ["1.0.0"])

    block(old, moderator)

    assert (listed(BLENDER), listed(windows)) == (["1.1.0"], [])
    assert Extension.objects.get().newest_version == new


def test_everyone_can_read_why_a_version_is_blocked(
    versions: list[Version], moderator: User
) -> None:
    block(versions[1], moderator)

    page = Client().get("/extensions/gear_tool/versions/").content.decode()

    assert "Deletes files" in page
    assert versions[1].package_hashes[0] not in page
    event = Event.objects.latest("pk")
    assert (event.kind, event.by, event.text, event.version) == (
        *("version_blocked", moderator, "Deletes files", versions[1]),
    )


def test_unblocking_leaves_a_version_unpublished_that_its_owner_unpublished(
    versions: list[Version], moderator: User
) -> None:
    unpublish(versions[1], moderator)
    block(versions[1], moderator)
    with pytest.raises(Conflict):
        republish(versions[1], moderator)

    unblock(versions[1], moderator)

    versions[1].refresh_from_db()
    assert (versions[1].status, versions[1].block_reason) == ("unpublished", "")
    assert listed(BLENDER) == ["1.0.0"]
    republish(versions[1], moderator)
    versions[1].refresh_from_db()
    assert (versions[1].unpublished_at, listed(BLENDER)) == (None, ["1.1.0"])


def test_a_version_of_a_blocked_extension_stays_in_the_listing_so_that_blender_warns(
    versions: list[Version], moderator: User
) -> None:
    extension = versions[0].extension
    decisions.block_extension(extension=extension, by=moderator, reason="Mines coins")

    errors = []
    for leave in (block, unpublish):
        with pytest.raises(ExteryError) as caught:
            leave(versions[1], moderator)
        errors.append(caught.value.code)

    assert errors == ["review.wrong-status", "upload.extension-blocked"]
    assert listed(BLENDER) == ["1.1.0"]
    assert blocklist(BLENDER) == [{"id": "gear_tool", "reason": "Mines coins"}]


def test_a_moderator_can_block_a_version_of_their_own_but_not_unblock_it(moderator: User) -> None:
    version = factories.make_approved(moderator, factories.make_moderator("other"))
    block(version, moderator)

    with pytest.raises(Refused) as caught:
        unblock(version, moderator)

    assert caught.value.code == "permission.own-work"
    assert Version.objects.get().is_blocked


def test_a_published_version_never_changes_after_it_was_unpublished(
    versions: list[Version], owner: User, moderator: User
) -> None:
    unpublish(versions[1], moderator)

    with pytest.raises(ExteryError) as caught:
        factories.upload_other(owner, version="1.1.0")

    assert caught.value.code == "upload.version-exists"
    with pytest.raises(Conflict):
        actions.discard_draft(version=versions[1], by=owner)


def test_owners_and_moderators_do_the_same_over_the_api(
    versions: list[Version], owner: User, moderator: User, program: Any
) -> None:
    path = "/api/v1/extensions/gear_tool/versions/1.1.0/"
    author, staff = program(owner), program(moderator)

    gone = author.post(f"{path}unpublish", {"reason": "Broken"}, "application/json")
    again = author.post(f"{path}republish", {}, "application/json")
    blocked = staff.post(f"{path}block", {"reason": "Deletes files"}, "application/json")
    seen = author.get("/api/v1/extensions/gear_tool/").json()["versions"][0]
    lifted = staff.post(f"{path}unblock", {}, "application/json")
    refused = author.post(f"{path}block", {"reason": "No"}, "application/json")

    assert (gone.json()["status"], again.json()["status"]) == ("unpublished", "approved")
    assert (blocked.json()["kind"], lifted.json()["kind"]) == (
        *("version_blocked", "version_unblocked"),
    )
    assert (seen["status"], seen["block_reason"]) == ("blocked", "Deletes files")
    assert (refused.status_code, listed(BLENDER)) == (403, ["1.1.0"])


def test_an_owner_unpublishes_a_version_on_its_page_and_publishes_it_again(
    versions: list[Version], owner: User, signed_in: Any
) -> None:
    client = signed_in(owner)
    page = "/publish/gear_tool/?version=1.1.0"
    assert "Unpublish 1.1.0" in client.get(page).content.decode()

    client.post("/publish/gear_tool/1.1.0/unpublish/", {"reason": "Broken"})

    assert Event.objects.latest("pk").text == "Broken"
    assert "Publish it again" in client.get(page).content.decode()
    client.post("/publish/gear_tool/1.1.0/republish/")
    assert listed(BLENDER) == ["1.1.0"]
