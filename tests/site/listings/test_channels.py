"""Channels: which listing offers beta versions, and how one becomes stable."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from extery.core.compatibility import System
from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.cache import LISTINGS
from extery_site.listings.changes import read_changes
from extery_site.listings.snapshot import Snapshot
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from extery_site.ui.addresses import BETA_LISTING_PATH, LISTING_PATH
from tests.site import factories

Approve = Callable[..., Version]


@pytest.fixture
def beta(owner: User, moderator: User) -> Version:
    """A public stable 1.0.0, and a public beta version, which it returns."""
    from extery_site.moderation import decisions

    factories.make_approved(owner, moderator)
    version = factories.make_draft(owner, version="1.1.0", blender_version_min="4.5.0")
    publish.update_draft(extension=version.extension, version=version, by=owner, channel="beta")
    publish.submit(version=version, by=owner)
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    version.refresh_from_db()
    return version


def offered(path: str, query: str = "") -> list[str]:
    body = Client().get(path + query).content
    return [f"{one['id']} {one['version']}" for one in json.loads(body)["data"]]


def test_only_the_beta_listing_offers_a_beta_version(beta: Version) -> None:
    assert offered(LISTING_PATH) == ["gear_tool 1.0.0"]
    assert offered(BETA_LISTING_PATH) == ["gear_tool 1.1.0"]
    # One entry for each system, as Blender needs it: that of the newest version that fits.
    assert offered(BETA_LISTING_PATH, "?blender_version=4.2.0") == ["gear_tool 1.0.0"]
    assert offered(BETA_LISTING_PATH, "?blender_version=5.0.0") == ["gear_tool 1.1.0"]
    of_one = "gear_tool/listing/"
    assert offered(LISTING_PATH + of_one) == ["gear_tool 1.0.0"]
    assert offered(BETA_LISTING_PATH + of_one) == ["gear_tool 1.1.0", "gear_tool 1.0.0"]


def test_pages_and_searches_show_the_stable_version(beta: Version) -> None:
    extension = Extension.objects.get()
    assert extension.newest_version is not None
    assert extension.newest_version.number == "1.0.0"
    package = beta.packages.get()
    assert "repository=%2Fapi%2Fv1%2Fchannels%2Fbeta" in package.drag_query.replace("/", "%2F")
    factories.make_approved(beta.created_by, factories.make_moderator("mo"), id="only_new")
    wanted = System.parse("5.3.0", "", None)
    assert Extension.objects.compatible_with(wanted).count() == 2


def test_the_page_of_an_extension_offers_the_stable_version_and_marks_the_beta_one(
    beta: Version, client: Client
) -> None:
    page = client.get("/extensions/gear_tool/").content.decode()
    assert "add-on-gear_tool-v1.0.0.zip" in page
    assert "add-on-gear_tool-v1.1.0.zip" not in page
    versions = client.get("/extensions/gear_tool/versions/").content.decode()
    assert versions.count(">beta<") == 1
    assert "%2Fapi%2Fv1%2Fchannels%2Fbeta%2Fextensions%2F" in versions
    assert BETA_LISTING_PATH in client.get("/about/use-in-blender/").content.decode()


def test_an_extension_with_beta_versions_only_has_a_page_and_is_not_in_the_stable_listing(
    owner: User, moderator: User, client: Client
) -> None:
    from extery_site.moderation import decisions

    version = factories.make_complete(owner)
    publish.update_draft(extension=version.extension, version=version, by=owner, channel="beta")
    publish.submit(version=version, by=owner)
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert offered(LISTING_PATH) == []
    assert offered(BETA_LISTING_PATH) == ["gear_tool 1.0.0"]
    assert client.get("/extensions/gear_tool/").status_code == 200


def test_a_promoted_version_is_offered_to_all_with_the_same_package(
    beta: Version, owner: User, stranger: User
) -> None:
    before = beta.package_hashes
    with pytest.raises(Refused):
        publish.promote(version=beta, by=stranger)
    promoted = publish.promote(version=beta, by=owner)
    assert offered(LISTING_PATH) == offered(BETA_LISTING_PATH) == ["gear_tool 1.1.0"]
    assert promoted.package_hashes == before
    assert Extension.objects.get().newest_version == promoted
    assert Event.objects.filter(kind="promoted", version=beta).count() == 1
    with pytest.raises(Conflict) as error:
        publish.promote(version=beta, by=owner)
    assert error.value.problems[0].code == "submit.already-stable"


def test_followers_hear_of_a_beta_version_when_it_is_stable(
    owner: User, moderator: User, stranger: User
) -> None:
    from extery_site.catalog.subjects import extension_subject
    from extery_site.moderation import decisions
    from extery_site.notify.actions import follow

    factories.make_approved(owner, moderator)
    version = factories.make_complete(owner, version="1.1.0")
    follow(stranger, extension_subject(version.extension))
    publish.update_draft(extension=version.extension, version=version, by=owner, channel="beta")
    publish.submit(version=version, by=owner)
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    told = Notification.objects.filter(entry__user=stranger, kind="new_version")
    assert not told.exists()
    publish.promote(version=version, by=owner)
    assert told.count() == 1


def test_the_channel_is_chosen_before_the_review(beta: Version, owner: User) -> None:
    with pytest.raises(Conflict):
        publish.update_draft(extension=beta.extension, version=beta, by=owner, channel="stable")
    draft = factories.make_draft(owner, version="2.0.0")
    with pytest.raises(InvalidInput) as error:
        publish.update_draft(extension=beta.extension, version=draft, by=owner, channel="nightly")
    assert error.value.problems[0].code == "submit.bad-channel"


def test_the_api_sets_and_promotes(
    beta: Version, owner: User, program: Callable[[User], Client]
) -> None:
    versions = "/api/v1/extensions/gear_tool/versions"
    factories.make_draft(owner, version="2.0.0")
    asking = program(owner)
    answer = asking.post(f"{versions}/2.0.0/channel", {"channel": "beta"}, "application/json")
    assert answer.json()["channel"] == "beta"
    assert asking.post(f"{versions}/1.1.0/promote").json()["channel"] == "stable"


def test_both_listings_share_the_chunks_without_beta_versions(beta: Version) -> None:
    snapshot = Snapshot.of(read_changes())
    assert snapshot.of_channel("stable") is snapshot
    others = snapshot.of_channel("beta")
    assert others is snapshot.of_channel("beta") is not snapshot
    publish.promote(version=beta, by=beta.created_by)
    same = snapshot.apply(read_changes(snapshot.revision))
    assert same.of_channel("beta") is same
    assert (
        LISTINGS.get(System(), "http://a", "beta").etag == LISTINGS.get(System(), "http://a").etag
    )
