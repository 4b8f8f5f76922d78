"""Notifies users, in the transaction of the change; and marks notifications as read.

Other parts call `notify` with a kind of `extery_site.notify.kinds`. Who receives it and how is
decided here: not the user who caused it, inactive users, or those who muted the subject; on the
channels that each recipient chose. Workers send the e-mails (`extery_site.notify.outbox`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from extery.core.errors import NotFound
from extery_site.accounts.models import User
from extery_site.accounts.permissions import (
    AnyUser,
    active_moderators,
    is_active_user,
    require_user,
)
from extery_site.notify.kind import NotificationKind
from extery_site.notify.kinds import KINDS
from extery_site.notify.models import (
    DEFAULT_DAILY_HOUR,
    FeedEntry,
    MailJob,
    MailSettings,
    Notification,
    Subscription,
)
from extery_site.notify.preferences import Channels, channels_by_user, next_daily_mail
from extery_site.notify.subject import MAX_TITLE_LENGTH, Subject, require_path
from extery_site.notify.subscriptions import (
    follow,
    followers_of,
    is_following,
    is_muted,
    mute,
    unfollow,
    unmute,
)
from extery_site.notify.tasks import send_mails

__all__ = [
    "Subject",
    "follow",
    "followers_of",
    "is_following",
    "is_muted",
    "mark_all_read",
    "mark_read",
    "mark_subject_read",
    "mute",
    "notify",
    "settle",
    "undo_mark_all",
    "unfollow",
    "unmute",
]

#: Recipients that are written at once.
BATCH = 500


@transaction.atomic
def notify(
    kind: str,
    *,
    to: Iterable[User | None],
    subject: Subject,
    by: User | None = None,
    text: str = "",
    url: str = "",
    about: str = "",
) -> int:
    """Notify users about a subject; return the number of recipients.

    ``url`` is the page of the event, by default that of the subject. ``about`` replaces the title
    of the subject in the headline. Every user is notified once, also if ``to`` has them twice.
    """
    row = KINDS[kind]
    require_path(url or subject.url)
    users = {user.pk for user in to if user is not None} - {by.pk if by else None}
    event = Notification(
        kind=kind,
        by=by,
        about=(about or subject.title)[:MAX_TITLE_LENGTH],
        text=text.strip(),
        url=url or subject.url,
        created_at=timezone.now(),
    )
    number = 0
    for recipients in _batches(row, sorted(users), subject):
        channels = channels_by_user(row, recipients)
        wanted = [user for user in recipients if channels[user.pk].any]
        number += len(wanted)
        _write(row, event, subject, wanted, channels)
    return number


def _batches(row: NotificationKind, pks: list[int], subject: Subject) -> Iterator[list[User]]:
    """Yield the active users who may be told and have not muted the subject.

    They are sorted: locks have a fixed order.
    """
    for start in range(0, len(pks), BATCH):
        # A role may have ended since the user was chosen, for example by a claim.
        able = active_moderators() if row.staff else User.objects.filter(is_active=True)
        users = able.filter(pk__in=pks[start : start + BATCH])
        if not row.required:
            muted = Subscription.objects.filter(
                key=subject.key, state=Subscription.State.MUTED
            ).values("user")
            users = users.exclude(pk__in=muted)
        yield list(users.order_by("pk"))


def _write(
    row: NotificationKind,
    event: Notification,
    subject: Subject,
    users: list[User],
    channels: dict[int, Channels],
) -> None:
    if not users:
        return
    entries = _entries(row, event.created_at, subject, users, channels)
    notifications = Notification.objects.bulk_create(
        Notification(
            entry_id=entries[user.pk],
            kind=event.kind,
            by=event.by,
            about=event.about,
            text=event.text,
            url=event.url,
            on_site=channels[user.pk].on_site,
            created_at=event.created_at,
        )
        for user in users
    )
    _write_mails(notifications, users, channels)


def _entries(
    row: NotificationKind,
    at: datetime,
    subject: Subject,
    users: list[User],
    channels: dict[int, Channels],
) -> dict[int, int]:
    """Move the subject to the top of the feeds, unread; return the rows by user."""
    on_site = [user for user in users if channels[user.pk].on_site]
    others = [user for user in users if not channels[user.pk].on_site]
    values = {
        "key": subject.key,
        "title": subject.title[:MAX_TITLE_LENGTH],
        "url": subject.url,
        "group": row.group.value,
    }
    changing = ["title", "url", "group", "last_at", "is_unread", "marked_until"]
    FeedEntry.objects.bulk_create(
        [
            FeedEntry(user=user, last_at=at, is_unread=True, asks=row.asks, **values)
            for user in on_site
        ],
        update_conflicts=True,
        unique_fields=["user", "key"],
        # A comment after a request for changes does not settle it.
        update_fields=[*changing, "asks"] if row.asks else changing,
    )
    FeedEntry.objects.bulk_create(
        [FeedEntry(user=user, **values) for user in others], ignore_conflicts=True
    )
    found = FeedEntry.objects.filter(key=subject.key, user__in=users)
    return dict(found.values_list("user", "pk"))


def _write_mails(
    notifications: list[Notification], users: list[User], channels: dict[int, Channels]
) -> None:
    now = timezone.now()
    daily = [user.pk for user in users if channels[user.pk].daily]
    hours = dict(
        MailSettings.objects.filter(user__in=daily).values_list("user", "daily_hour")
        if daily
        else ()
    )
    jobs = []
    for notification, user in zip(notifications, users, strict=True):
        if channels[user.pk].at_once:
            job = MailJob(channel=MailJob.Channel.AT_ONCE, due_at=now)
        elif channels[user.pk].daily:
            due = next_daily_mail(now, hours.get(user.pk, DEFAULT_DAILY_HOUR))
            job = MailJob(channel=MailJob.Channel.DAILY, due_at=due)
        else:
            continue
        job.notification, job.user = notification, user
        jobs.append(job)
    MailJob.objects.bulk_create(jobs)
    if any(job.channel == MailJob.Channel.AT_ONCE for job in jobs):
        send_mails.enqueue()


def settle(key: str, *, users: Iterable[User] | None = None) -> None:
    """Ask nothing more about a subject: of these users, or of all."""
    entries = FeedEntry.objects.filter(key=key, asks=True)
    if users is not None:
        entries = entries.filter(user__in=list(users))
    entries.update(asks=False)


def mark_subject_read(user: AnyUser, key: str) -> None:
    """Mark a subject as read: its page was opened."""
    if is_active_user(user):
        unread = FeedEntry.objects.filter(user=user, key=key, is_unread=True)
        # Pages that were not unread write nothing: SQLite has a single write lock.
        if unread.exists():
            unread.update(is_unread=False, read_until=timezone.now(), marked_until=None)


def mark_read(user: AnyUser, pk: int) -> FeedEntry:
    """Mark a row of a user's feed as read; raises `NotFound` for one of another user."""
    entry = FeedEntry.objects.of_user(require_user(user)).filter(pk=pk).first()
    if entry is None:
        raise NotFound.of("request.not-found", variant="notification")
    mark_subject_read(user, entry.key)
    return entry


def mark_all_read(user: AnyUser, *, up_to: int) -> int:
    """Mark the feed as read, without what came after notification ``up_to``; return the number of rows.

    Raises `NotFound` if the user has no such notification.
    """
    until = _time_of(require_user(user), up_to)
    entries = FeedEntry.objects.of_user(require_user(user)).unread().filter(last_at__lte=until)
    return entries.order_by().update(is_unread=False, read_until=until, marked_until=until)


def undo_mark_all(user: AnyUser, *, up_to: int) -> int:
    """Mark the rows as unread that `mark_all_read` marked with the same ``up_to``."""
    until = _time_of(require_user(user), up_to)
    entries = FeedEntry.objects.filter(user=require_user(user), marked_until=until)
    return entries.update(is_unread=True, read_until=None, marked_until=None)


def _time_of(user: User, pk: int) -> datetime:
    times = Notification.objects.filter(pk=pk, entry__user=user).values_list("created_at")
    found = times.first()
    if found is None:
        raise NotFound.of("request.not-found", variant="notification")
    return found[0]
