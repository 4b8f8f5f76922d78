"""Following a set: its number, and notifications of what is added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from extery.core.errors import NotFound
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.notify import actions as notify
from extery_site.notify.kinds import KINDS
from extery_site.notify.models import Notification, Subscription
from extery_site.sets import actions, entries, following, hiding
from extery_site.sets.announcing import WAIT, announce_additions
from extery_site.sets.models import ExtensionSet, SetEntry
from tests.site.sets.conftest import Approve


def later() -> int:
    return announce_additions(timezone.now() + WAIT + timedelta(seconds=1))


def news(user: User) -> list[str]:
    sent = Notification.objects.filter(kind="set_extended", entry__user=user)
    return list(sent.order_by("pk").values_list("text", flat=True))


def test_followers_are_counted(winter: ExtensionSet, owner: User, moderator: User) -> None:
    for _ in range(2):
        following.follow_set(set_=winter, by=owner)
    assert following.follow_set(set_=winter, by=moderator).follower_count == 2
    assert following.unfollow_set(set_=winter, by=owner).follower_count == 1
    # Muting it in the feed ends following too; the number follows.
    notify.mute(moderator, following.set_subject(winter))
    assert following.recount_followers() == 1
    assert following.recount_followers() == 0
    winter.refresh_from_db()
    assert winter.follower_count == 0


def test_a_set_that_one_cannot_see_cannot_be_followed(
    winter: ExtensionSet, owner: User, moderator: User
) -> None:
    hiding.hide_set(set_=winter, by=moderator, reason="Advertising")
    with pytest.raises(NotFound):
        following.follow_set(set_=winter, by=owner)
    assert not Subscription.objects.exists()


def test_followers_learn_once_of_all_that_was_added(
    winter: ExtensionSet, owner: User, stranger: User, approve: Approve
) -> None:
    assert later() == 1
    following.follow_set(set_=winter, by=owner)
    following.follow_set(set_=winter, by=stranger)  # its owner
    for id_ in ("one_tool", "two_tool", "gone_tool", "secret_tool"):
        approve(id=id_, name=id_.replace("_", " ").title())
        entries.add_extension(set_=winter, by=stranger, extension_id=id_)
    entries.remove_extension(set_=winter, by=stranger, extension_id="gone_tool")
    Extension.objects.filter(extension_id="secret_tool").update(unlisted_at=timezone.now())
    assert announce_additions() == 0  # they wait for further ones
    assert later() == 1
    assert news(owner) == ["One Tool, Two Tool"]
    assert news(stranger) == []
    assert later() == 0
    assert KINDS["set_extended"].daily


def test_many_additions_are_counted(
    winter: ExtensionSet, owner: User, tools: dict[str, Version], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.sets.announcing.MAX_NAMES", 2)
    following.follow_set(set_=winter, by=owner)
    later()
    assert news(owner) == ["Gear Tool, Snow Maker and 1 more"]


def test_hidden_sets_announce_nothing(winter: ExtensionSet, owner: User, moderator: User) -> None:
    following.follow_set(set_=winter, by=owner)
    hiding.hide_set(set_=winter, by=moderator, reason="Advertising")
    later()
    assert news(owner) == []
    assert not SetEntry.objects.filter(announced_at=None).exists()


def test_a_deleted_set_is_followed_by_no_one(
    winter: ExtensionSet, owner: User, stranger: User
) -> None:
    following.follow_set(set_=winter, by=owner)
    actions.delete_set(set_=winter, by=stranger)
    assert not Subscription.objects.exists()
