"""API endpoints for the notifications of a user."""

from __future__ import annotations

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Field, P, QueryEx, Router, Schema

from extery.core.errors import InvalidInput, Where
from extery_site.accounts.permissions import require_user
from extery_site.notify import actions, feed
from extery_site.notify.models import FeedEntry, Notification
from extery_site.ui.addresses import absolute

router = Router(tags=["notifications"])


class NotificationOut(Schema):
    """An event that a user was notified about."""

    id: int
    kind: str
    headline: str
    by: str | None = Field(description="The user name; null for the site itself.")
    text: str
    url: str
    created_at: datetime

    @classmethod
    def of(cls, notification: Notification, request: HttpRequest) -> NotificationOut:
        return cls(
            id=notification.pk,
            kind=notification.kind,
            headline=notification.headline,
            by=notification.by.username if notification.by else None,
            text=notification.text,
            url=absolute(request, notification.url),
            created_at=notification.created_at,
        )


class FeedRowOut(Schema):
    """A subject, such as the review of a version, with its newest notifications."""

    id: int
    subject: str
    title: str
    is_unread: bool
    asks: bool = Field(description="Whether the user has to do something.")
    notifications: list[NotificationOut] = Field(description="Newest first, at most 6.")

    @classmethod
    def of(cls, row: feed.FeedRow, request: HttpRequest) -> FeedRowOut:
        return cls(
            id=row.entry.pk,
            subject=row.entry.key,
            title=row.entry.title,
            is_unread=row.entry.is_unread,
            asks=row.entry.asks,
            notifications=[
                NotificationOut.of(notification, request)
                for notification in (row.newest, *row.before)
            ],
        )


class FeedOut(Schema):
    """A page of the feed, newest first. ``unread`` and ``asked`` count up to 100."""

    unread: int
    asked: int
    pages: int
    results: list[FeedRowOut]


class ReadIn(Schema):
    """The newest notification that is read."""

    up_to: int


class ReadOut(Schema):
    """How many rows of the feed were marked."""

    marked: int


@router.get("/notifications/", response=FeedOut)
def notifications(
    request: HttpRequest,
    show: QueryEx[str, P(description="all, unread, asked, mine, followed or moderation")] = "all",
    page: QueryEx[int, P(description="Number of the page, from 1", ge=1, le=1_000_000)] = 1,
) -> FeedOut:
    """Return a page of your notifications, one row for each subject."""
    user = require_user(request.user)
    tabs = {tab.name: tab for tab in feed.tabs_of(user)}
    if show not in tabs:
        raise InvalidInput.of(
            "request.bad-value",
            where=Where(path=("show",)),
            validation_message=f"show is {show[:50]!r}, expected one of {', '.join(tabs)}",
        )
    paginator = Paginator(tabs[show].select(FeedEntry.objects.of_user(user)), feed.PAGE_SIZE)
    entries = list(paginator.page(page)) if page <= paginator.num_pages else []
    return FeedOut(
        unread=feed.count_unread(user),
        asked=feed.count_asked(user),
        pages=paginator.num_pages,
        results=[FeedRowOut.of(row, request) for row in feed.rows_of(entries)],
    )


@router.post("/notifications/read", response=ReadOut)
def read_all(request: HttpRequest, body: ReadIn) -> ReadOut:
    """Mark your notifications as read, without those that came after ``up_to``."""
    return ReadOut(marked=actions.mark_all_read(request.user, up_to=body.up_to))


@router.post("/notifications/{row}/read", response=ReadOut)
def read(request: HttpRequest, row: int) -> ReadOut:
    """Mark one row of your feed as read."""
    actions.mark_read(request.user, row)
    return ReadOut(marked=1)
