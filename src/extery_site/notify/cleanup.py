"""Deletes old notifications; not those that are unread, ask something, or have an e-mail to send."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef

from extery_site.notify.models import FeedEntry, MailJob, Notification


def delete_old(before: datetime) -> int:
    """Delete notifications from before a time, and rows of the feed without any; return their number."""
    unsent = MailJob.objects.filter(notification=OuterRef("pk"), sent_at=None)
    old = Notification.objects.filter(
        ~Exists(unsent), created_at__lt=before, entry__is_unread=False, entry__asks=False
    )
    number = old.delete()[1].get("notify.Notification", 0)
    rest = Notification.objects.filter(entry=OuterRef("pk"))
    FeedEntry.objects.filter(~Exists(rest), is_unread=False, asks=False).delete()
    return number
