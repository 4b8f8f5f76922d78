"""The queue: which versions wait, which were given back, what was decided, and who may look."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from extery_site.accounts.permissions import AnyUser, is_person, may_moderate
from extery_site.catalog.models import Event, EventQuerySet, Extension, Version, VersionQuerySet


def _entries() -> VersionQuerySet:
    """Versions with all that a line of the queue shows, in a fixed number of queries."""
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


def waiting() -> VersionQuerySet:
    """Versions that wait for a decision; the oldest comes first."""
    return _entries().in_review().order_by("submitted_at", "pk")


def given_back() -> VersionQuerySet:
    """Versions whose owner was asked for changes; the latest comes first."""
    status = Version.Status.CHANGES_REQUESTED
    return _entries().filter(status=status).order_by("-submitted_at", "-pk")


def recently_decided(limit: int = 20) -> EventQuerySet:
    """The latest decisions of all kinds."""
    decisions = Event.objects.decisions().select_related(
        "extension", "extension__owner", "extension__image", "version", "by"
    )
    return decisions.order_by("-created_at", "-pk")[:limit]


def in_queue() -> QuerySet[Extension]:
    """Extensions that were ever sent to review: their thread is public."""
    sent = Event.objects.filter(extension=OuterRef("pk"), kind=Event.Kind.SUBMITTED)
    return Extension.objects.filter(Exists(sent))


def may_follow(extension: Extension, user: AnyUser) -> bool:
    """Whether somebody may read the thread: everyone, once it was sent to review."""
    if is_person(user) and (extension.owner_id == user.pk or may_moderate(user)):
        return True
    return in_queue().filter(pk=extension.pk).exists()


def thread(extension: Extension) -> EventQuerySet:
    """Every event of an extension, oldest first."""
    events: EventQuerySet = extension.events.select_related("by", "version")
    return events.in_order()
