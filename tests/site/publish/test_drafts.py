"""Drafts: editing, submitting, withdrawing, discarding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery.core.errors import Conflict, ExteryError, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Image, Version
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions
from extery_site.publish.completeness import complete_state
from tests.site import factories


def test_everything_missing_in_a_draft_is_listed(owner: User) -> None:
    version = factories.make_draft(owner)
    missing = complete_state(version.extension, version).missing
    assert [item.code for item in missing] == [
        "submit.description-missing",
        "submit.image-missing",
    ]
    with pytest.raises(InvalidInput) as caught:
        actions.submit(version=version, by=owner)
    assert [(p.code, p.where.field) for p in caught.value.problems] == [
        ("submit.description-missing", "description"),
        ("submit.image-missing", "image"),
    ]


def test_a_complete_draft_can_be_submitted(owner: User, media: Callable[[], list[str]]) -> None:
    version = factories.make_draft(owner)
    problems = actions.update_draft(
        extension=version.extension,
        by=owner,
        version=version,
        description=" Makes gears. ",
        support_url="https://example.org/help",
        release_notes="Now with teeth.",
        image=factories.picture(),
        alt_text="A gear",
    )
    assert not problems
    assert len([name for name in media() if name.startswith("images/")]) == 1
    version = actions.submit(version=version, by=owner)
    extension = Extension.objects.get()
    assert extension.description == "Makes gears."
    assert extension.support_url == "https://example.org/help"
    assert (version.status, extension.status) == ("in_review", "in_review")
    assert version.submitted_at is not None
    last = Event.objects.latest("pk")
    assert (last.kind, last.text) == ("submitted", "Now with teeth.")


def test_an_image_needs_alt_text(owner: User) -> None:
    version = factories.make_complete(owner)
    Image.objects.update(alt_text="")
    version.extension.refresh_from_db()
    missing = complete_state(version.extension, version).missing
    assert [item.code for item in missing] == ["submit.alt-text-missing"]
    actions.update_draft(extension=version.extension, by=owner, alt_text="A gear")
    assert Image.objects.get().alt_text == "A gear"


def test_a_new_image_replaces_the_old_one(
    owner: User,
    media: Callable[[], list[str]],
    django_capture_on_commit_callbacks: object,
    run_tasks: Callable[[], int],
) -> None:
    version = factories.make_draft(owner)
    change = {"extension": version.extension, "by": owner, "alt_text": "A gear"}
    actions.update_draft(image=factories.picture(), **change)
    run_tasks()
    before = set(media())
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.update_draft(image=factories.picture(2000, 1120), **change)
    run_tasks()
    assert Image.objects.count() == 1
    images = [name for name in media() if name.startswith("images/")]
    assert len(images) == 5
    assert not before & set(images)


def test_omitted_fields_are_unchanged(owner: User) -> None:
    version = factories.make_complete(owner)
    actions.update_draft(extension=version.extension, by=owner, website="https://example.org")
    extension = Extension.objects.get()
    assert extension.description == "Makes **gears**."
    assert extension.website == "https://example.org"


@pytest.mark.parametrize("field", ["website", "support_url"])
def test_links_must_be_http_urls(owner: User, field: str) -> None:
    extension = factories.make_draft(owner).extension
    for text in ("javascript:alert(1)", "file:///etc/passwd", "https://" + "x" * 500):
        with pytest.raises(InvalidInput) as caught:
            actions.update_draft(extension=extension, by=owner, **{field: text})
        assert (caught.value.code, caught.value.problems[0].where.field) == (
            "submit.bad-url",
            field,
        )
    actions.update_draft(extension=extension, by=owner, **{field: ""})


@pytest.mark.parametrize("action", ["update", "submit", "withdraw", "discard"])
def test_only_the_owner_can_change_a_draft(
    owner: User, stranger: User, moderator: User, action: str
) -> None:
    version = factories.make_complete(owner)
    for person in (stranger, moderator):
        with pytest.raises(Refused) as caught:
            _do(action, version, person)
        assert caught.value.code == "permission.owner-only"


def _do(action: str, version: Version, by: User) -> None:
    if action == "update":
        actions.update_draft(extension=version.extension, by=by, description="Mine now")
    elif action == "submit":
        actions.submit(version=version, by=by)
    elif action == "withdraw":
        actions.withdraw(version=version, by=by)
    else:
        actions.discard_draft(version=version, by=by)


def test_a_version_in_review_or_published_cannot_be_changed(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    attempts: list[Callable[[], object]] = [
        lambda: actions.submit(version=version, by=owner),
        lambda: actions.discard_draft(version=version, by=owner),
        lambda: actions.update_draft(
            extension=version.extension, by=owner, version=version, release_notes="Other"
        ),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict) as caught:
            attempt()
        assert caught.value.code == "submit.wrong-status"
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    with pytest.raises(Conflict):
        actions.withdraw(version=version, by=owner)


def test_a_withdrawn_version_can_be_submitted_again(owner: User) -> None:
    version = factories.make_waiting(owner)
    actions.withdraw(version=version, by=owner)
    assert Extension.objects.get().status == Extension.Status.WITHDRAWN
    actions.submit(version=version, by=owner)
    assert Extension.objects.get().status == Extension.Status.IN_REVIEW
    kinds = list(Event.objects.values_list("kind", flat=True))
    assert kinds == ["uploaded", "submitted", "withdrawn", "submitted"]


def test_withdrawing_an_update_keeps_the_published_version(owner: User, moderator: User) -> None:
    published = factories.make_approved(owner, moderator)
    update = factories.make_waiting(owner, version="1.1.0")
    actions.withdraw(version=update, by=owner)
    extension = Extension.objects.get()
    assert extension.status == Extension.Status.APPROVED
    assert extension.newest_version == published


def test_discarding_the_only_draft_frees_the_id_and_removes_the_files(
    owner: User,
    stranger: User,
    media: Callable[[], list[str]],
    django_capture_on_commit_callbacks: object,
) -> None:
    version = factories.make_draft(owner)
    actions.update_draft(
        extension=version.extension, by=owner, image=factories.picture(), alt_text="A gear"
    )
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.discard_draft(version=version, by=owner)
    assert not Extension.objects.exists()
    assert not Image.objects.exists()
    assert media() == []
    assert factories.make_draft(stranger).extension.owner == stranger


def test_a_submitted_extension_keeps_its_thread_when_the_draft_is_discarded(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Too round"
    )
    actions.discard_draft(version=version, by=owner)
    extension = Extension.objects.get()
    assert not extension.versions.exists()
    kinds = list(extension.events.values_list("kind", flat=True))
    assert kinds == ["uploaded", "submitted", "changes_requested", "discarded"]


def test_an_extension_without_versions_accepts_an_upload(
    owner: User, moderator: User, signed_in: Callable[[User], Client]
) -> None:
    version = factories.make_waiting(owner)
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="No"
    )
    actions.discard_draft(version=version, by=owner)
    assert Extension.objects.get().status == Extension.Status.DRAFT
    assert signed_in(owner).get("/publish/gear_tool/").url == "/publish/"


def test_discarding_an_update_keeps_the_extension(owner: User, moderator: User) -> None:
    published = factories.make_approved(owner, moderator)
    update = factories.make_draft(owner, version="1.1.0")
    actions.discard_draft(version=update, by=owner)
    assert Version.objects.get() == published


def test_submitting_or_discarding_a_draft_does_not_unblock(owner: User, moderator: User) -> None:
    version = factories.make_complete(owner)
    moderation.block_extension(extension=version.extension, by=moderator, reason="Mines coins")
    for attempt in (actions.submit, actions.discard_draft):
        with pytest.raises(Refused) as caught:
            attempt(version=version, by=owner)
        assert caught.value.code == "upload.extension-blocked"
        assert "Mines coins" in str(caught.value)
    assert Extension.objects.get().status == Extension.Status.BLOCKED


def test_an_image_for_a_version_in_review_leaves_no_files(
    owner: User, media: Callable[[], list[str]]
) -> None:
    version = factories.make_waiting(owner)
    before = media()
    with pytest.raises(Conflict):
        actions.update_draft(
            extension=version.extension,
            by=owner,
            version=version,
            release_notes="News",
            image=factories.picture(),
        )
    assert media() == before


def test_an_error_during_an_update_changes_nothing(owner: User) -> None:
    version = factories.make_draft(owner)
    with pytest.raises(ExteryError):
        actions.update_draft(
            extension=version.extension,
            by=owner,
            description="New",
            image=factories.picture(100, 100),
        )
    assert Extension.objects.get().description == ""


def test_an_image_is_decoded_and_transferred_outside_locks(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    from extery_site.catalog import isolated_images
    from extery_site.files.storage import StagedFile

    depths = []
    level = len(connection.savepoint_ids)

    def note(*_: object) -> None:
        depths.append(len(connection.savepoint_ids) - level)

    real = isolated_images.open_image
    monkeypatch.setattr(isolated_images, "open_image", lambda *a: (note(), real(*a))[1])
    monkeypatch.setattr(StagedFile, "upload", note)
    version = factories.make_complete(owner)
    depths.clear()
    actions.update_draft(
        extension=version.extension, by=owner, image=factories.picture(), alt_text="A gear"
    )
    assert depths == [0, 0]


def test_a_refused_text_leaves_no_image(owner: User, media: Callable[[], list[str]]) -> None:
    version = factories.make_draft(owner)
    before = media()
    with pytest.raises(InvalidInput):
        actions.update_draft(
            extension=version.extension,
            by=owner,
            image=factories.picture(),
            website="javascript:alert(1)",
        )
    assert media() == before
    assert not Image.objects.exists()
