"""Notifying users: who receives what, once, and in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, NotFound
from extery_site.accounts.models import User
from extery_site.notify import actions, preferences, subscriptions
from extery_site.notify.actions import Subject, notify
from extery_site.notify.kind import Group
from extery_site.notify.kinds import KINDS, kinds_for
from extery_site.notify.models import FeedEntry, MailJob, Notification, Subscription
from extery_site.notify.preferences import Channels
from tests.site import factories
from tests.site.races import run_simultaneously

REVIEW = Subject("review gear_tool 1.1.0", "Gear Tool 1.1.0", "/queue/gear_tool/1.1.0/")
OTHER = Subject("extension gear_tool", "Gear Tool", "/extensions/gear_tool/")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site_url(settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"


def headlines(user: User) -> list[str]:
    found = Notification.objects.filter(entry__user=user, on_site=True).order_by("pk")
    return [notification.headline for notification in found]


def unread(user: User) -> list[str]:
    entries = FeedEntry.objects.of_user(user).unread()
    return [entry.key for entry in entries]


def mails_to(user: User) -> list[str]:
    return list(MailJob.objects.filter(user=user).order_by("pk").values_list("channel", flat=True))


def test_each_recipient_is_notified_once_but_not_the_user_who_caused_it(
    owner: User, moderator: User, stranger: User
) -> None:
    inactive = factories.make_user("gone", is_active=False)
    number = notify(
        "review_comment",
        to=[owner, owner, moderator, inactive, None, stranger],
        subject=REVIEW,
        by=moderator,
        text="Please declare the network.",
    )
    assert number == 2
    assert headlines(owner) == headlines(stranger) == ["mod commented on Gear Tool 1.1.0"]
    assert headlines(moderator) == headlines(inactive) == []


def test_a_change_that_is_rolled_back_notifies_no_user(owner: User) -> None:
    def change() -> None:
        with transaction.atomic():
            notify("version_approved", to=[owner], subject=REVIEW)
            raise Conflict.of("request.conflict")

    with pytest.raises(Conflict):
        change()
    assert not Notification.objects.exists()
    assert not FeedEntry.objects.exists()
    assert not MailJob.objects.exists()


def test_events_about_one_subject_are_one_row_of_the_feed(owner: User, moderator: User) -> None:
    notify("review_comment", to=[owner], subject=REVIEW, by=moderator)
    actions.mark_subject_read(owner, REVIEW.key)
    notify("version_approved", to=[owner], subject=OTHER, by=moderator)
    notify("changes_requested", to=[owner], subject=REVIEW, by=moderator)
    assert [entry.key for entry in FeedEntry.objects.of_user(owner)] == [REVIEW.key, OTHER.key]
    assert unread(owner) == [REVIEW.key, OTHER.key]


def test_a_muted_subject_is_silent_except_for_required_kinds(owner: User) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW)
    actions.mute(owner, REVIEW)
    assert mails_to(owner) == []
    assert notify("review_comment", to=[owner], subject=REVIEW) == 0
    assert notify("extension_blocked", to=[owner], subject=REVIEW) == 1
    assert actions.is_muted(owner, REVIEW.key)
    actions.unmute(owner, REVIEW.key)
    assert notify("review_comment", to=[owner], subject=REVIEW) == 1


def test_followers_are_active_users_who_follow_and_following_ends_muting(
    owner: User, stranger: User
) -> None:
    actions.follow(owner, OTHER)
    actions.follow(owner, OTHER)
    actions.mute(stranger, OTHER)
    assert list(actions.followers_of(OTHER.key)) == [owner]
    actions.follow(stranger, OTHER)
    assert list(actions.followers_of(OTHER.key)) == [owner, stranger]
    User.objects.filter(pk=owner.pk).update(is_active=False)
    actions.unfollow(stranger, OTHER)
    assert not actions.followers_of(OTHER.key)
    assert not actions.is_following(stranger, OTHER.key)


def test_a_user_can_follow_a_limited_number_of_things(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MAX_SUBSCRIPTIONS", 1)
    actions.follow(owner, OTHER)
    actions.mute(owner, OTHER)
    with pytest.raises(Conflict) as caught:
        actions.follow(owner, REVIEW)
    assert caught.value.code == "notification.too-many-followed"
    assert Subscription.objects.count() == 1


def test_preferences_choose_the_channels_and_both_mails_are_one(owner: User) -> None:
    chosen = {"review_comment": Channels(on_site=False, at_once=True, daily=True)}
    preferences.save_preferences(owner, chosen, paused=False, daily_hour=6)
    notify("review_comment", to=[owner], subject=REVIEW)
    assert not FeedEntry.objects.of_user(owner)
    assert headlines(owner) == []
    assert mails_to(owner) == ["at_once"]
    preferences.reset_preferences(owner)
    notify("review_comment", to=[owner], subject=REVIEW)
    assert unread(owner) == [REVIEW.key]


def test_a_required_kind_cannot_be_switched_off(owner: User) -> None:
    chosen = {"extension_blocked": Channels(on_site=False, at_once=False, daily=False)}
    preferences.save_preferences(owner, chosen, paused=False, daily_hour=6)
    assert notify("extension_blocked", to=[owner], subject=OTHER) == 1
    assert mails_to(owner) == ["at_once"]


def test_paused_mail_and_a_missing_address_leave_only_the_site(owner: User, stranger: User) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW)
    preferences.pause_mail(owner)
    User.objects.filter(pk=stranger.pk).update(email="", email_key=None)
    notify("changes_requested", to=[owner, stranger], subject=REVIEW)
    assert not MailJob.objects.exists()
    assert unread(owner) == unread(stranger) == [REVIEW.key]
    preferences.resume_mail(owner)
    notify("changes_requested", to=[owner], subject=REVIEW)
    assert mails_to(owner) == ["at_once"]


def test_without_the_address_of_the_site_there_are_no_mails(owner: User, settings: Any) -> None:
    settings.EXTERY_SITE_URL = ""
    notify("changes_requested", to=[owner], subject=REVIEW)
    assert not MailJob.objects.exists()
    assert unread(owner) == [REVIEW.key]


def test_the_daily_mail_is_due_at_the_hour_of_the_user(owner: User) -> None:
    notify("draft_expired", to=[owner], subject=REVIEW)
    preferences.save_preferences(owner, {}, paused=False, daily_hour=19)
    notify("draft_expired", to=[owner], subject=OTHER)
    now = timezone.now()
    due = {job.due_at for job in MailJob.objects.all()}
    assert due == {preferences.next_daily_mail(now, 19)}
    assert now < due.pop() <= now + timedelta(days=1)


def test_what_is_asked_stays_asked_until_it_is_settled(owner: User, moderator: User) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW, by=moderator)
    notify("review_comment", to=[owner], subject=REVIEW, by=moderator)
    assert [entry.key for entry in FeedEntry.objects.of_user(owner).asked()] == [REVIEW.key]
    actions.settle(REVIEW.key, users=[moderator])
    assert FeedEntry.objects.of_user(owner).asked().exists()
    actions.settle(REVIEW.key)
    assert not FeedEntry.objects.of_user(owner).asked().exists()


def test_mark_all_read_leaves_what_came_later_and_can_be_undone(owner: User) -> None:
    notify("version_approved", to=[owner], subject=OTHER)
    notify("review_comment", to=[owner], subject=REVIEW)
    last = Notification.objects.latest("pk").pk
    third = Subject("review snow 1.0.0", "Snow 1.0.0", "/queue/snow/1.0.0/")
    notify("review_comment", to=[owner], subject=third)
    actions.mark_subject_read(owner, OTHER.key)

    assert actions.mark_all_read(owner, up_to=last) == 1
    assert unread(owner) == [third.key]
    assert actions.mark_all_read(owner, up_to=last) == 0
    assert actions.undo_mark_all(owner, up_to=last) == 1
    assert unread(owner) == [third.key, REVIEW.key]
    assert actions.undo_mark_all(owner, up_to=last) == 0


def test_the_feed_of_another_user_cannot_be_marked(owner: User, stranger: User) -> None:
    notify("version_approved", to=[owner], subject=OTHER)
    notification = Notification.objects.get()
    with pytest.raises(NotFound):
        actions.mark_all_read(stranger, up_to=notification.pk)
    with pytest.raises(NotFound):
        actions.mark_read(stranger, notification.entry_id)
    assert unread(owner) == [OTHER.key]
    assert actions.mark_read(owner, notification.entry_id).key == OTHER.key
    assert unread(owner) == []


def test_names_with_braces_are_shown_as_they_are(owner: User, moderator: User) -> None:
    moderator.full_name = "{subject} {0}"
    subject = Subject("review x 1", "{by} Tool", "/queue/x/1/")
    notification = Notification(kind="review_comment", by=moderator, about=subject.title)
    assert notification.headline == "{subject} {0} commented on {by} Tool"
    assert Notification(kind="of-a-newer-site", about="Gear").headline == "Gear"


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_subject_is_at_a_path_of_this_site(url: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        Subject("review gear 1", "Gear", url)


def test_a_batch_of_recipients_needs_a_fixed_number_of_queries(
    django_assert_max_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [factories.make_user(f"user{number}") for number in range(30)]
    with django_assert_max_num_queries(12):
        assert notify("changes_requested", to=users, subject=REVIEW) == 30
    monkeypatch.setattr(actions, "BATCH", 7)
    assert notify("changes_requested", to=users, subject=REVIEW) == 30
    assert FeedEntry.objects.count() == 30
    assert MailJob.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_simultaneous_events_about_one_subject_are_all_in_its_row() -> None:
    user = factories.make_user("ada")

    def event() -> int:
        return notify("review_comment", to=[user], subject=REVIEW)

    assert run_simultaneously(*[event] * 4) == [1, 1, 1, 1]
    entry = FeedEntry.objects.get()
    assert entry.notifications.count() == 4
    assert MailJob.objects.count() == 4


def test_users_see_the_kinds_of_moderators_only_as_moderators() -> None:
    for_all, for_staff = kinds_for(staff=False), kinds_for(staff=True)
    assert {kind.group for kind in for_all} <= set(Group) - {Group.STAFF}
    assert {kind.name for kind in for_staff} == set(KINDS)
    assert all(kind.staff == (kind.group is Group.STAFF) for kind in for_staff)


def test_every_kind_has_a_headline_and_a_channel_by_default() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name
        assert "{subject}" in kind.headline or "{by}" in kind.headline
        assert kind.headline.format(subject="Gear", by="Ada")
        assert preferences.default_channels(kind).on_site
