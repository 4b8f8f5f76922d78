"""Declining versions, and what owners can do with declined versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.listings.models import Revision
from extery_site.moderation import decisions, queues
from extery_site.moderation.queue_list import open_entries
from extery_site.publish import actions as publish
from tests.site import factories

SignIn = Callable[[User], Client]


def make_declined(owner: User, by: User, reason: str = "It copies a paid add-on") -> Version:
    version = factories.make_waiting(owner)
    decline(version, by, reason)
    return Version.objects.select_related("extension").get(pk=version.pk)


def decline(version: Version, by: User, reason: str = "No") -> None:
    decisions.decline_version(
        version=version, packages=version.package_hashes, by=by, reason=reason
    )


def test_a_declined_version_leaves_the_queue_and_the_reason_is_public(
    owner: User, moderator: User
) -> None:
    version = make_declined(owner, moderator)
    assert (version.status, version.extension.status) == ("declined", "declined")
    line = Event.objects.latest("pk")
    assert (line.kind, line.text) == ("declined", "It copies a paid add-on")
    assert not open_entries(timezone.now()).exists()
    assert [decision.kind for decision in queues.decided()] == ["declined"]
    assert not Extension.objects.listed().exists()
    assert not Revision.objects.exists()


def test_a_decline_needs_a_reason(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(InvalidInput) as caught:
        decline(version, moderator, " \n")
    assert caught.value.code == "review.reason-missing"
    version.refresh_from_db()
    assert version.status == "in_review"


def test_a_declined_version_is_not_changed_submitted_withdrawn_or_decided_again(
    owner: User, moderator: User
) -> None:
    version = make_declined(owner, moderator)
    attempts: list[Callable[[], Any]] = [
        lambda: publish.submit(version=version, by=owner),
        lambda: publish.withdraw(version=version, by=owner),
        lambda: publish.update_draft(
            extension=version.extension, version=version, by=owner, release_notes="Better"
        ),
        lambda: factories.make_draft(owner, platforms=["linux-x64"]),
        lambda: decline(version, moderator),
        lambda: decisions.approve_version(
            version=version, packages=version.package_hashes, by=moderator
        ),
    ]
    codes = set()
    for attempt in attempts:
        with pytest.raises(Conflict) as caught:
            attempt()
        codes.add(caught.value.code)
    assert codes == {"submit.wrong-status", "upload.version-exists", "review.wrong-status"}
    version.refresh_from_db()
    assert version.status == "declined"


def test_an_upload_over_a_declined_version_gets_a_hint(owner: User, moderator: User) -> None:
    make_declined(owner, moderator)
    with pytest.raises(Conflict) as caught:
        factories.make_draft(owner, tagline="Makes gears that turn well")
    assert "or discard the declined version first" in caught.value.problems[0].hint


def test_the_owner_can_discard_a_declined_version_and_upload_another(
    owner: User, moderator: User
) -> None:
    version = make_declined(owner, moderator)
    publish.discard_draft(version=version, by=owner)
    assert not Package.objects.exists()
    again = factories.make_waiting(owner, tagline="Makes gears of its own")
    assert again.extension.status == "in_review"
    kinds = list(Event.objects.values_list("kind", flat=True))
    assert kinds == ["uploaded", "submitted", "declined", "discarded", "uploaded", "submitted"]


def test_declining_an_update_keeps_the_published_version(owner: User, moderator: User) -> None:
    published = factories.make_approved(owner, moderator)
    decline(factories.make_waiting(owner, version="1.1.0"), moderator)
    extension = Extension.objects.get()
    assert (extension.status, extension.newest_version) == ("approved", published)


def test_an_extension_with_another_active_version_is_not_declined(
    owner: User, moderator: User
) -> None:
    make_declined(owner, moderator)
    other = factories.make_waiting(owner, version="1.1.0")
    assert Extension.objects.get().status == "in_review"
    publish.withdraw(version=other, by=owner)
    assert Extension.objects.get().status == "withdrawn"
    publish.discard_draft(version=other, by=owner)
    assert Extension.objects.get().status == "declined"


def test_unblocking_restores_the_status_declined(owner: User, moderator: User) -> None:
    extension = make_declined(owner, moderator).extension
    decisions.block_extension(extension=extension, by=moderator, reason="Harm")
    decisions.unblock_extension(extension=extension, by=moderator)
    extension.refresh_from_db()
    assert extension.status == "declined"


def test_the_api_can_decline(owner: User, moderator: User, program: Any) -> None:
    version = factories.make_waiting(owner)
    response = program(moderator).post(
        "/api/v1/extensions/gear_tool/versions/1.0.0/decline",
        {"packages": version.package_hashes, "reason": "No"},
        "application/json",
    )
    assert (response.status_code, response.json()["kind"]) == (200, "declined")
    shown = program(owner).get("/api/v1/extensions/gear_tool/").json()
    assert (shown["status"], shown["versions"][0]["status"]) == ("declined", "declined")


def test_the_pages_of_the_owner_show_that_a_version_was_declined(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    make_declined(owner, moderator)
    client = signed_in(owner)
    draft = client.get("/publish/gear_tool/").content.decode()
    assert "A moderator declined this version." in draft
    assert "Submit for review" not in draft
    assert "Published" not in draft
    assert "Discard 1.0.0" in draft
    assert "state-declined" in client.get("/mine/").content.decode()
    assert "declined it" in client.get("/extensions/gear_tool/").content.decode()
    assert "state-declined" in client.get("/queue/?show=decided").content.decode()
    client.post("/publish/gear_tool/1.0.0/discard/")
    assert not Version.objects.exists()
