"""What users follow, and what they have muted. All functions can be repeated without effect."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, QuerySet

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, is_active_user, require_user
from extery_site.notify.models import MailJob, Subscription
from extery_site.notify.subject import Subject

State = Subscription.State
#: Subjects that a user can follow or mute.
MAX_SUBSCRIPTIONS = 2_000


def follow(user: AnyUser, subject: Subject) -> None:
    """Notify a user about a subject from now on; ends muting it."""
    _set(user, subject, State.FOLLOWED)


def unfollow(user: AnyUser, subject: Subject) -> None:
    """Stop following a subject."""
    _remove(user, subject.key, State.FOLLOWED)


def mute(user: AnyUser, subject: Subject) -> None:
    """Send a user nothing more about a subject, except what is required; ends following it.

    E-mails that were not sent yet are dropped.
    """
    _set(user, subject, State.MUTED)
    MailJob.objects.filter(
        user=require_user(user), sent_at=None, notification__entry__key=subject.key
    ).delete()


def unmute(user: AnyUser, key: str) -> None:
    """Stop muting the subject with this key."""
    _remove(user, key, State.MUTED)


def drop_subscriptions(key: str) -> None:
    """Remove the subject with this key, which does not exist any more, from what users follow and have muted."""
    Subscription.objects.filter(key=key).delete()


def count_followers(key: str) -> int:
    """Return how many active users follow the subject with this key."""
    return followers_of(key).count()


def followers_by_key(prefix: str) -> dict[str, int]:
    """Return how many active users follow each subject whose key begins with ``prefix``, in one query."""
    followed = Subscription.objects.filter(
        key__startswith=prefix, state=State.FOLLOWED, user__is_active=True
    )
    rows = followed.order_by().values_list("key").annotate(number=Count("pk"))
    return dict(rows)


def followers_of(key: str) -> QuerySet[User]:
    """Return the active users who follow the subject with this key."""
    followed = Subscription.objects.filter(key=key, state=State.FOLLOWED)
    return User.objects.filter(is_active=True, pk__in=followed.values("user")).order_by("pk")


def is_following(user: AnyUser, key: str) -> bool:
    """Whether a user follows the subject with this key."""
    return state_of(user, key) == State.FOLLOWED


def followed_of(user: AnyUser, keys: Iterable[str]) -> set[str]:
    """Return those of the keys whose subjects a user follows, in one query."""
    if not is_active_user(user):
        return set()
    followed = Subscription.objects.filter(user=user, key__in=[*keys], state=State.FOLLOWED)
    return set(followed.values_list("key", flat=True))


def is_muted(user: AnyUser, key: str) -> bool:
    """Whether a user has muted the subject with this key."""
    return state_of(user, key) == State.MUTED


def state_of(user: AnyUser, key: str) -> str:
    """Return ``followed``, ``muted`` or an empty text."""
    if not is_active_user(user):
        return ""
    states = Subscription.objects.filter(user=user, key=key).values_list("state", flat=True)
    return states.first() or ""


@transaction.atomic
def _set(user: AnyUser, subject: Subject, state: State) -> None:
    owner = require_user(user)
    own = Subscription.objects.filter(user=owner)
    if not own.filter(key=subject.key).exists() and own.count() >= MAX_SUBSCRIPTIONS:
        raise Conflict.of("notification.too-many-followed", max_number=MAX_SUBSCRIPTIONS)
    Subscription.objects.update_or_create(
        user=owner,
        key=subject.key,
        defaults={"title": subject.title, "url": subject.url, "state": state},
    )


def _remove(user: AnyUser, key: str, state: State) -> None:
    Subscription.objects.filter(user=require_user(user), key=key, state=state).delete()
