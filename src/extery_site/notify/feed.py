"""The feed of a user: subjects grouped by day, each with its newest notifications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.formats import date_format

from extery_site.accounts.models import User
from extery_site.notify.kind import Group, NotificationKind
from extery_site.notify.kinds import KINDS
from extery_site.notify.models import FeedEntry, FeedEntryQuerySet, Notification

#: Rows of a page, and notifications of a row.
PAGE_SIZE = 20
NOTIFICATIONS_PER_ROW = 6
#: Above it, the badge in the header shows "99+".
MAX_COUNT = 99


@dataclass(frozen=True)
class Tab:
    """A tab of the feed."""

    name: str
    title: str
    select: Callable[[FeedEntryQuerySet], FeedEntryQuerySet]


def _of_groups(*groups: Group) -> Callable[[FeedEntryQuerySet], FeedEntryQuerySet]:
    values = [group.value for group in groups]
    return lambda entries: entries.filter(group__in=values)


TABS = {
    tab.name: tab
    for tab in (
        Tab("all", "All", lambda entries: entries),
        Tab("unread", "Unread", lambda entries: entries.unread()),
        Tab("asked", "Asked of me", lambda entries: entries.asked()),
        Tab("mine", "My extensions", _of_groups(Group.REVIEWS, Group.USE)),
        Tab("followed", "Followed", _of_groups(Group.FOLLOWED)),
        Tab("moderation", "Moderation", _of_groups(Group.STAFF)),
    )
}


def tabs_of(user: User) -> list[Tab]:
    """Return the tabs that a user has: the last one is for moderators."""
    return [tab for tab in TABS.values() if tab.name != "moderation" or user.can_moderate]


def count_unread(user: User) -> int:
    """Return the number of unread subjects, at most one more than `MAX_COUNT`."""
    return FeedEntry.objects.of_user(user).unread()[: MAX_COUNT + 1].count()


def count_asked(user: User) -> int:
    """Return the number of subjects that ask something of the user."""
    return FeedEntry.objects.of_user(user).asked()[: MAX_COUNT + 1].count()


@dataclass
class FeedRow:
    """A subject in the feed: its newest notification, and those before."""

    entry: FeedEntry
    newest: Notification
    before: list[Notification] = field(default_factory=list)

    @property
    def number_before(self) -> str:
        """How many notifications are before the newest one, such as ``5 or more``."""
        number = len(self.before)
        return f"{number} or more" if number == NOTIFICATIONS_PER_ROW - 1 else str(number)

    @property
    def kind(self) -> NotificationKind | None:
        return KINDS.get(self.newest.kind)

    @property
    def can_be_muted(self) -> bool:
        return self.kind is None or not self.kind.required

    @property
    def names_actor(self) -> bool:
        """Whether the name of the user who caused it stands before the text."""
        return self.newest.by is not None and "{by}" not in (
            self.kind.headline if self.kind else ""
        )


def rows_of(entries: Sequence[FeedEntry]) -> list[FeedRow]:
    """Return the rows of a page with their newest notifications, in one query."""
    numbered = (
        Notification.objects.filter(entry__in=[entry.pk for entry in entries], on_site=True)
        .annotate(place=Window(RowNumber(), partition_by="entry", order_by=F("pk").desc()))
        .filter(place__lte=NOTIFICATIONS_PER_ROW)
        .select_related("by")
        .order_by("-pk")
    )
    found: dict[int, list[Notification]] = {}
    for notification in numbered:
        found.setdefault(notification.entry_id, []).append(notification)
    return [FeedRow(entry, *_split(found[entry.pk])) for entry in entries if entry.pk in found]


def _split(notifications: list[Notification]) -> tuple[Notification, list[Notification]]:
    return notifications[0], notifications[1:]


def by_day(rows: Sequence[FeedRow]) -> list[tuple[str, list[FeedRow]]]:
    """Group rows by the day of their newest notification, with the day as title."""
    days: list[tuple[str, list[FeedRow]]] = []
    for row in rows:
        title = _day(row.newest.created_at.date())
        if not days or days[-1][0] != title:
            days.append((title, []))
        days[-1][1].append(row)
    return days


def _day(day: date) -> str:
    today = timezone.now().date()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(day, "j F" if day.year == today.year else "j F Y")


def newest_notification(user: User) -> int:
    """Return the id of the newest notification in the feed of a user, 0 if there is none."""
    entry = FeedEntry.objects.of_user(user).first()
    if entry is None:
        return 0
    newest = entry.notifications.filter(on_site=True).values_list("pk", flat=True).first()
    return newest or 0
