"""Drafts expire: their files and ids are released, and both accounts are told when."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from extery_site.publish.expiry import expire_drafts, free_at
from extery_site.publish.tasks import delete_expired_drafts
from tests.site import factories
from tests.site.packages import package
from tests.site.races import run_simultaneously

SignedIn = Callable[[User], Client]
DAYS = 30


def later(**values: int) -> Any:
    return timezone.now() + timedelta(**values)


def upload(user: User, **fields: Any) -> Version:
    data = io.BytesIO(package(**fields))
    return publish.receive_upload(file=data, user=user).version


def refusal(user: User, **fields: Any) -> Any:
    with pytest.raises(Refused) as caught:
        upload(user, **fields)
    assert caught.value.code == "upload.id-taken"
    return caught.value.problems[0]


@pytest.mark.django_db(transaction=True)
def test_an_expired_draft_is_deleted_with_its_files_and_its_extension(
    owner: User, media: Callable[[], list[str]], run_tasks: Callable[[], int]
) -> None:
    version = factories.make_draft(owner)
    publish.update_draft(extension=version.extension, by=owner, image=factories.picture())
    run_tasks()
    assert expire_drafts(now=later(days=DAYS, minutes=-1)) == 0
    assert Version.objects.exists()

    Version.objects.update(expires_at=timezone.now())
    delete_expired_drafts.enqueue()
    run_tasks()

    assert not Extension.objects.exists()
    assert media() == []


def test_an_expired_draft_of_a_published_extension_is_an_event(
    owner: User, approve: Callable[..., Version]
) -> None:
    approve()
    factories.make_draft(owner, version="2.0.0")

    assert expire_drafts(now=later(days=DAYS, minutes=1)) == 1

    assert [version.number for version in Version.objects.all()] == ["1.0.0"]
    event = Event.objects.latest("pk")
    assert (event.kind, event.by, event.version_number) == ("expired", None, "2.0.0")
    assert Extension.objects.get().status == "approved"


def test_the_thread_shows_its_owner_that_a_draft_expired(
    owner: User, approve: Callable[..., Version], signed_in: SignedIn
) -> None:
    approve()
    factories.make_draft(owner, version="2.0.0")
    expire_drafts(now=later(days=DAYS, minutes=1))
    content = signed_in(owner).get("/queue/gear_tool/2.0.0/").content.decode()
    assert "deleted version 2.0.0, which was not submitted in time" in content
    assert "The site" in content
    assert (
        'href="/queue/gear_tool/2.0.0/"'
        in signed_in(owner).get("/queue/gear_tool/1.0.0/").content.decode()
    )


def test_only_what_is_not_in_review_and_was_not_decided_expires(
    owner: User, moderator: User
) -> None:
    factories.make_waiting(owner, id="waiting")
    factories.make_approved(owner, moderator, id="approved")
    for name in ("request_changes", "decline_version"):
        version = factories.make_waiting(owner, id=f"gear_{name}")
        getattr(moderation, name)(
            version=version, packages=version.package_hashes, by=moderator, reason="Teeth"
        )
    factories.make_draft(owner, id="blocked")
    blocked = Extension.objects.get(extension_id="blocked")
    moderation.block_extension(extension=blocked, by=moderator, reason="Harm")

    assert expire_drafts(now=later(days=10_000)) == 0
    assert Version.objects.count() == 5


def test_a_withdrawn_version_expires_from_its_withdrawal(owner: User) -> None:
    version = factories.make_waiting(owner)
    assert Version.objects.get().expires_at is None
    publish.withdraw(version=version, by=owner)
    assert expire_drafts(now=later(days=DAYS, minutes=-1)) == 0
    assert expire_drafts(now=later(days=DAYS, minutes=1)) == 1
    assert not Extension.objects.exists()


def test_editing_a_draft_does_not_prolong_its_time(owner: User) -> None:
    version = upload(owner, platforms=["linux-x64"])
    expires_at = version.expires_at
    publish.update_draft(extension=version.extension, by=owner, description="Gears")
    upload(owner, platforms=["windows-x64"])
    assert Version.objects.get().expires_at == expires_at


def test_the_time_is_a_setting(owner: User, settings: Any) -> None:
    settings.EXTERY_DRAFT_LIFETIME = timedelta(hours=2)
    factories.make_draft(owner)
    assert expire_drafts(now=later(minutes=119)) == 0
    assert expire_drafts(now=later(minutes=121)) == 1


def test_an_id_held_by_a_draft_is_refused_with_the_time_and_without_the_owner(
    owner: User, stranger: User, program: SignedIn
) -> None:
    version = factories.make_draft(owner)
    assert version.expires_at is not None
    day = f"{version.expires_at:%Y-%m-%d}"
    file = SimpleUploadedFile("gears.zip", package(tagline="Others"))
    response = program(stranger).post("/api/v1/packages/", {"file": file})
    assert response.status_code == 403
    [problem] = response.json()["problems"]
    assert (problem["code"], problem["field"]) == ("upload.id-taken", "id")
    assert f"is held until {day}" in problem["message"]
    assert "draft" in problem["message"]
    assert not re.search(r"\bada\b", response.content.decode(), re.IGNORECASE)


def test_an_id_of_other_capitals_is_held_by_a_draft_too(owner: User, stranger: User) -> None:
    factories.make_draft(owner)
    assert "is held until" in refusal(stranger, id="Gear_Tool").message


@pytest.mark.parametrize("state", ["waiting", "approved", "declined"])
def test_an_id_of_a_submitted_extension_has_no_time(
    owner: User, stranger: User, moderator: User, state: str
) -> None:
    version = factories.make_waiting(owner)
    if state != "waiting":
        action = {"approved": "approve_version", "declined": "decline_version"}[state]
        getattr(moderation, action)(
            version=version, packages=version.package_hashes, by=moderator, reason="Teeth"
        )
    assert "belongs to another extension" in refusal(stranger, tagline="Others").message


def test_an_expired_id_can_be_used_before_the_clean_up_runs(owner: User, stranger: User) -> None:
    factories.make_draft(owner)
    refusal(stranger, tagline="Others")
    Version.objects.update(expires_at=timezone.now())
    upload(stranger, tagline="Others")
    assert Extension.objects.get().owner == stranger


def test_an_id_whose_versions_were_discarded_becomes_free(owner: User, stranger: User) -> None:
    version = factories.make_waiting(owner)
    publish.withdraw(version=version, by=owner)
    publish.discard_draft(version=version, by=owner)
    extension = Extension.objects.get()
    assert "is held until" in refusal(stranger, tagline="Others").message
    expire_drafts(now=later(days=DAYS, minutes=-1))
    assert Extension.objects.get() == extension
    Extension.objects.update(updated_at=timezone.now() - timedelta(days=DAYS))
    upload(stranger, tagline="Others")
    assert Extension.objects.get().owner == stranger


def test_extensions_without_versions_are_deleted_in_time(owner: User) -> None:
    version = factories.make_waiting(owner)
    publish.withdraw(version=version, by=owner)
    publish.discard_draft(version=version, by=owner)
    expire_drafts(now=later(days=DAYS, minutes=1))
    assert not Extension.objects.exists()


def test_the_owner_sees_the_time_on_the_page_and_in_the_api(
    owner: User, signed_in: SignedIn, program: SignedIn
) -> None:
    file = SimpleUploadedFile("gears.zip", package())
    body = program(owner).post("/api/v1/packages/", {"file": file}).json()
    version = Version.objects.get()
    assert version.expires_at is not None
    assert body["expires_at"].startswith(f"{version.expires_at:%Y-%m-%dT%H:%M}")
    content = signed_in(owner).get("/publish/gear_tool/").content.decode()
    assert f"{version.expires_at:%-d %B %Y, %H:%M} UTC" in content
    assert "is held for you until then" in content


def test_the_page_of_a_submitted_version_has_no_time(owner: User, signed_in: SignedIn) -> None:
    factories.make_waiting(owner)
    content = signed_in(owner).get("/publish/gear_tool/").content.decode()
    assert "This version is deleted after" not in content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_a_draft_is_either_submitted_or_expires(owner: User, round_: int) -> None:
    version = factories.make_complete(owner)
    Version.objects.update(expires_at=timezone.now())

    submitted, expired, _ = run_simultaneously(
        partial(publish.submit, version=version, by=owner), expire_drafts, expire_drafts
    )

    left = Version.objects.first()
    if expired or left is None:
        assert left is None
        assert not Extension.objects.exists()
        assert not Package.objects.exists()
    else:
        assert left.status == "in_review"
        assert left.expires_at is None
        assert free_at(left.extension) is None
    assert isinstance(submitted, Version) == (left is not None)
