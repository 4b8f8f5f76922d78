"""Following sets: who does is a subscription of `extery_site.notify`; sets store how many, to be sorted by it."""

from __future__ import annotations

from django.db import transaction

from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.notify.subject import Subject
from extery_site.notify.subscriptions import (
    count_followers,
    follow,
    followers_by_key,
    unfollow,
)
from extery_site.sets.actions import not_found
from extery_site.sets.models import ExtensionSet

#: Sets whose numbers are written at once.
BATCH = 500


def set_subject(set_: ExtensionSet) -> Subject:
    """Return the subject of news about a set, which its followers get."""
    return Subject(set_.key, set_.title, set_.get_absolute_url())


@transaction.atomic
def follow_set(*, set_: ExtensionSet, by: AnyUser) -> ExtensionSet:
    """Notify a user of new extensions in a set from now on; raises `NotFound` if the user cannot see it."""
    set_ = _lock_visible(set_, by)
    follow(by, set_subject(set_))
    return _recount(set_)


@transaction.atomic
def unfollow_set(*, set_: ExtensionSet, by: AnyUser) -> ExtensionSet:
    """Stop following a set."""
    set_ = _lock_visible(set_, by)
    unfollow(by, set_subject(set_))
    return _recount(set_)


def recount_followers() -> int:
    """Count the followers of all sets again, and return of how many the number was wrong.

    It is after users have muted a set in their feed, or their account was deleted.
    """
    numbers = followers_by_key("set ")
    wrong: list[ExtensionSet] = []
    number = 0
    for set_ in ExtensionSet.objects.only("pk", "follower_count").order_by("pk").iterator(BATCH):
        if set_.follower_count != (right := numbers.get(set_.key, 0)):
            set_.follower_count = right
            wrong.append(set_)
        if len(wrong) >= BATCH:
            number += ExtensionSet.objects.bulk_update(wrong, ["follower_count"])
            wrong = []
    return number + ExtensionSet.objects.bulk_update(wrong, ["follower_count"])


def _lock_visible(set_: ExtensionSet, by: AnyUser) -> ExtensionSet:
    user = require_user(by)
    visible = ExtensionSet.objects.visible_to(user).filter(pk=set_.pk)
    locked = ExtensionSet.objects.select_for_update().filter(pk=set_.pk).first()
    if locked is None or not visible.exists():
        raise not_found(set_.title)
    return locked


def _recount(set_: ExtensionSet) -> ExtensionSet:
    set_.follower_count = count_followers(set_.key)
    set_.save(update_fields=["follower_count"])
    return set_
