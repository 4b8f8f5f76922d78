"""Notifications of the demo: what its users follow, and the times and unread rows of their feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from extery_demo.scenarios import Scenario
from extery_site.accounts.models import User
from extery_site.catalog.models import Event
from extery_site.notify.actions import Subject, follow, mute
from extery_site.notify.models import FeedEntry, MailJob, Notification

#: Ids of extensions that users follow, from the first upload on.
FOLLOWED = {
    "visitor": ("darkroom", "lantern_kit", "stair_smith", "sky_dial"),
    "demo": ("ring_table", "comic_gutters"),
    "aino": ("lantern_kit", "darkroom"),
}
#: Reviews that users have muted.
MUTED = {"visitor": Subject("review pose_echo 2.0.0", "Pose Echo 2.0.0", "/queue/pose_echo/2.0.0/")}
#: What is older was read.
UNREAD_FOR = timedelta(days=4)


def follow_extension(scenario: Scenario, users: Mapping[str, User]) -> None:
    """Let users follow an extension of the demo before it is played."""
    name = scenario.id.replace("_", " ").title()
    subject = Subject(f"extension {scenario.id}", name, f"/extensions/{scenario.id}/")
    for username, ids in FOLLOWED.items():
        if scenario.id in ids:
            follow(users[username], subject)


def set_notification_dates(events: Sequence[Event], times: Sequence[datetime]) -> None:
    """Give notifications the new time of their event; the events have the time of playing still."""
    extension = events[0].extension.extension_id
    own = Notification.objects.filter(
        Q(entry__key=f"extension {extension}")
        | Q(entry__key=f"review {extension}")
        | Q(entry__key__startswith=f"review {extension} ")
    )
    # From the last event to the first: each takes what was written after it.
    played = timezone.now()
    for event, time in zip(reversed(events), reversed(times), strict=True):
        written = own.filter(created_at__gte=event.created_at, created_at__lte=played)
        pks = list(written.values_list("pk", flat=True))
        Notification.objects.filter(pk__in=pks).update(created_at=time)
        played = event.created_at


def finish_feeds(users: Mapping[str, User], now: datetime) -> None:
    """Set the times of the rows, mark old ones as read, and drop the e-mails: they are old news."""
    MailJob.objects.all().delete()
    entries = list(FeedEntry.objects.annotate(newest=Max("notifications__created_at")))
    for entry in entries:
        entry.last_at = entry.newest  # type: ignore[attr-defined]
        entry.is_unread = bool(entry.last_at and entry.last_at > now - UNREAD_FOR)
    FeedEntry.objects.bulk_update(entries, ["last_at", "is_unread"], batch_size=500)
    for username, subject in MUTED.items():
        mute(users[username], subject)
