"""Which users events notify: every kind has a row, and never about one's own doings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.catalog.subjects import extension_subject, review_subject
from extery_site.moderation import comments, decisions
from extery_site.moderation.event_notifications import notify_users
from extery_site.moderation.notification_rows import EVENT_NOTIFICATIONS, SETTLED
from extery_site.notify import actions
from extery_site.notify.kinds import KINDS
from extery_site.notify.models import FeedEntry, Notification
from extery_site.publish import actions as publish
from tests.site import factories

pytestmark = pytest.mark.django_db


def received(user: User) -> list[str]:
    found = Notification.objects.filter(entry__user=user).order_by("pk")
    return [notification.headline for notification in found]


def test_every_kind_of_event_has_a_row_of_known_notifications() -> None:
    assert set(EVENT_NOTIFICATIONS) == set(Event.Kind.values)
    rows = [row for rows in EVENT_NOTIFICATIONS.values() for row in rows]
    assert {row.kind for row in rows} <= set(KINDS)
    assert all(row.about.format(name="Gear") for row in rows)
    assert set(SETTLED) <= set(EVENT_NOTIFICATIONS)


def test_a_review_notifies_owner_and_moderators_but_not_about_their_own_doings(
    owner: User, moderator: User
) -> None:
    imani = factories.make_moderator("imani")
    version = factories.make_waiting(owner)
    decisions.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Add a licence."
    )
    comments.comment(extension=version.extension, version=version, by=owner, text="Like this?")

    assert received(owner) == ["Gear Tool 1.0.0: changes requested"]
    assert received(imani) == ["Gear Tool 1.0.0 was submitted for review"]
    assert received(moderator) == [
        "Gear Tool 1.0.0 was submitted for review",
        "New comment on Gear Tool 1.0.0",
    ]
    assert FeedEntry.objects.of_user(moderator).count() == 1
    assert Notification.objects.filter(text="Add a licence.").count() == 1


def test_what_is_asked_of_the_owner_ends_with_the_new_submission(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    decisions.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Add a licence."
    )
    assert FeedEntry.objects.of_user(owner).asked().get().url == "/queue/gear_tool/1.0.0/"
    publish.submit(version=Version.objects.get(pk=version.pk), by=owner)
    assert not FeedEntry.objects.of_user(owner).asked().exists()
    assert "Gear Tool 1.0.0 was submitted again" in received(moderator)


def test_followers_of_an_extension_receive_new_versions_and_blocks_once(
    owner: User, moderator: User, stranger: User
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    version = factories.make_waiting(owner, version="1.1.0")
    actions.follow(stranger, extension_subject(extension))
    actions.follow(stranger, review_subject(extension, "1.1.0"))
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    decisions.block_extension(extension=extension, by=moderator, reason="Sends data away")

    assert received(stranger) == ["Gear Tool 1.1.0 is out", "Gear Tool is blocked"]
    assert received(owner)[-2:] == ["Gear Tool 1.1.0 is approved", "Gear Tool is blocked"]


def test_drafts_are_not_announced_to_followers(
    owner: User, moderator: User, stranger: User
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    actions.follow(stranger, extension_subject(extension))
    before = Notification.objects.count()
    draft = factories.make_draft(owner, version="2.0.0")
    publish.discard_draft(version=draft, by=owner)
    assert Notification.objects.count() == before
    assert received(stranger) == []


def test_commenters_take_part_and_can_mute_the_review(
    owner: User, moderator: User, stranger: User
) -> None:
    version = factories.make_waiting(owner)
    comments.comment(extension=version.extension, version=version, by=stranger, text="Works.")
    assert received(owner) == ["eve commented on Gear Tool 1.0.0"]
    comments.comment(extension=version.extension, version=version, by=moderator, text="Thanks.")
    assert received(stranger) == ["New comment on Gear Tool 1.0.0"]
    actions.mute(stranger, review_subject(version.extension, "1.0.0"))
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert received(stranger) == ["New comment on Gear Tool 1.0.0"]


def test_a_comment_without_a_version_is_about_the_whole_thread(
    owner: User, moderator: User, approve: Callable[..., Version]
) -> None:
    extension = approve().extension
    comments.comment(extension=extension, by=moderator, text="A question about all versions.")
    entry = FeedEntry.objects.of_user(owner).first()
    assert entry is not None
    assert (entry.key, entry.url) == ("review gear_tool", "/queue/gear_tool/")


def test_every_row_finds_its_recipients(
    owner: User, moderator: User, stranger: User, approve: Callable[..., Version]
) -> None:
    version = approve()
    actions.follow(stranger, extension_subject(version.extension))
    for kind in EVENT_NOTIFICATIONS:
        event = Event(
            extension=version.extension, version=version, version_number="1.0.0", kind=kind
        )
        event.by = moderator
        notify_users(event)
    assert "A maximum Blender version is suggested for Gear Tool 1.0.0" in received(owner)
    assert "Gear Tool 1.0.0 is deprecated" in received(stranger)
    # The suggestion was answered by an event after it.
    assert not FeedEntry.objects.of_user(owner).asked().exists()


def test_internal_notes_notify_moderators_only(
    owner: User, moderator: User, stranger: User
) -> None:
    version = factories.make_waiting(owner)
    imani = factories.make_moderator("imani")
    for user in (stranger, imani):
        actions.follow(user, review_subject(version.extension, "1.0.0"))
    before = Notification.objects.count()
    note = Event(
        extension=version.extension, version=version, version_number="1.0.0", kind="comment"
    )
    note.by, note.is_internal = moderator, True
    notify_users(note)
    assert Notification.objects.count() == before + 1
    assert received(imani)[-1] == "New comment on Gear Tool 1.0.0"
    assert received(owner) == received(stranger) == []
