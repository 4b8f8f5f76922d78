"""Takes notifications back whose event was undone: those that no one has read or received are dropped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from extery_site.accounts.models import User
from extery_site.notify.kinds import KINDS
from extery_site.notify.models import FeedEntry, MailJob, Notification


@transaction.atomic
def retract(kind: str, *, key: str, about: str, by: User, since: datetime) -> list[User]:
    """Drop the notifications of an event; return the users who have read them or got an e-mail.

    The event is known by its kind, the key of its subject, its headline, and who caused it since when.
    E-mails that a worker may be sending count as sent.
    """
    sent = Notification.objects.filter(
        kind=kind, entry__key=key, about=about, by=by, created_at__gte=since
    )
    # The condition is checked again for each row: a worker that claims an e-mail now is faster or not.
    MailJob.objects.filter(notification__in=sent, sent_at=None, claim=None).delete()
    mailed = set(
        MailJob.objects.filter(notification__in=sent).values_list("notification", flat=True)
    )
    dropped: list[Notification] = []
    kept: list[Notification] = []
    for notification in sent.select_related("entry__user").order_by("entry__user"):
        was_read = notification.on_site and not notification.entry.is_unread
        (kept if was_read or notification.pk in mailed else dropped).append(notification)
    Notification.objects.filter(pk__in=[one.pk for one in dropped]).delete()
    _update_entries([one.entry for one in dropped])
    if KINDS[kind].asks:
        _ask_no_more([*dropped, *kept], since)
    return [one.entry.user for one in kept]


def _update_entries(entries: list[FeedEntry]) -> None:
    """Move rows of feeds back to their newest notification, or out of the feed without one."""
    remaining = Notification.objects.filter(entry__in=entries, on_site=True).values("entry")
    newest = dict(remaining.annotate(last=Max("created_at")).values_list("entry", "last"))
    for entry in entries:
        entry.last_at = newest.get(entry.pk)
        if entry.last_at is None:
            entry.is_unread = entry.asks = False
        elif entry.read_until is not None and entry.last_at <= entry.read_until:
            entry.is_unread = False
    FeedEntry.objects.bulk_update(entries, ["last_at", "is_unread", "asks"], batch_size=500)


def _ask_no_more(retracted: list[Notification], since: datetime) -> None:
    """Ask nothing more in the rows of these notifications, except what came after them.

    What was asked before was settled: nothing is asked twice about the same subject.
    """
    asking = [name for name, row in KINDS.items() if row.asks]
    newer = Notification.objects.filter(
        entry=OuterRef("pk"), kind__in=asking, on_site=True, created_at__gte=since
    ).exclude(pk__in=[one.pk for one in retracted])
    entries = FeedEntry.objects.filter(pk__in=[one.entry_id for one in retracted], asks=True)
    entries.filter(~Exists(newer)).update(asks=False)
