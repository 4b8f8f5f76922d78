"""Queries of the review queue and of review threads, and who may view them."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from extery_site.accounts.permissions import AnyUser, is_active_user, may_moderate
from extery_site.catalog.models import Event, EventQuerySet, Extension, Version, VersionQuerySet


def _entries() -> VersionQuerySet:
    """Return versions with the related rows that the queue shows, in a fixed number of queries."""
    comments = Count(
        "extension__events",
        filter=Q(extension__events__kind=Event.Kind.COMMENT),
        distinct=True,
    )
    return (
        Version.objects.exclude(extension__status=Extension.Status.BLOCKED)
        .select_related("extension", "extension__owner", "extension__image", "created_by")
        .with_packages()
        .annotate(comment_count=comments)
    )


def in_review() -> VersionQuerySet:
    """Return versions that wait for review, longest wait first."""
    return _entries().in_review().order_by("submitted_at", "pk")


def changes_requested() -> VersionQuerySet:
    """Return versions with requested changes, newest first."""
    status = Version.Status.CHANGES_REQUESTED
    return _entries().filter(status=status).order_by("-submitted_at", "-pk")


def recently_decided(limit: int = 20) -> EventQuerySet:
    """Return the latest decisions."""
    decisions = Event.objects.decisions().select_related(
        "extension", "extension__owner", "extension__image", "version", "by"
    )
    return decisions.order_by("-created_at", "-pk")[:limit]


def ever_submitted() -> QuerySet[Extension]:
    """Return extensions that were submitted at least once: their threads are public."""
    submissions = Event.objects.filter(extension=OuterRef("pk"), kind=Event.Kind.SUBMITTED)
    return Extension.objects.filter(Exists(submissions))


def can_view_thread(extension: Extension, user: AnyUser) -> bool:
    """Whether ``user`` may read the thread: everyone, once the extension was submitted."""
    if _sees_drafts(extension, user):
        return True
    return ever_submitted().filter(pk=extension.pk).exists()


def thread(extension: Extension, user: AnyUser) -> EventQuerySet:
    """Return the events of an extension that ``user`` may see, oldest first.

    The owner and moderators see all. Others do not see drafts: uploads that were not submitted
    afterwards, and discarded versions.
    """
    events: EventQuerySet = extension.events.select_related("by", "version")
    if not _sees_drafts(extension, user):
        submissions = Event.objects.filter(
            extension=extension,
            version=OuterRef("version"),
            kind=Event.Kind.SUBMITTED,
            pk__gt=OuterRef("pk"),
        )
        events = events.exclude(kind__in=(Event.Kind.DISCARDED, Event.Kind.EXPIRED)).filter(
            ~Q(kind=Event.Kind.UPLOADED) | Exists(submissions)
        )
    return events.in_order()


def _sees_drafts(extension: Extension, user: AnyUser) -> bool:
    return is_active_user(user) and (extension.owner_id == user.pk or may_moderate(user))
