"""Queries of decisions and of review threads, and who may view them."""

from __future__ import annotations

from django.core.paginator import Page
from django.db.models import Exists, OuterRef, Q, QuerySet

from extery_site.accounts.permissions import AnyUser, is_active_user, may_moderate
from extery_site.catalog.models import (
    PRIVATE_KINDS,
    Event,
    EventQuerySet,
    Extension,
    Version,
    VersionQuerySet,
)
from extery_site.moderation.permissions import readable


def decided() -> EventQuerySet:
    """Return all decisions, the newest first."""
    return Event.objects.decisions().order_by("-created_at", "-pk")


def read_decisions(page: Page[int]) -> list[Event]:
    """Return the decisions whose keys are on a page, in its order, with what the list shows."""
    found = Event.objects.select_related(
        "extension", "extension__owner", "extension__image", "version", "by"
    ).in_bulk(list(page))
    return [found[key] for key in page if key in found]


def ever_submitted() -> QuerySet[Extension]:
    """Return extensions that were submitted at least once: their threads are public."""
    submissions = Event.objects.filter(extension=OuterRef("pk"), kind=Event.Kind.SUBMITTED)
    return Extension.objects.filter(Exists(submissions))


def can_view_thread(extension: Extension, user: AnyUser) -> bool:
    """Whether ``user`` may read the thread: everyone, once the extension was submitted."""
    if _sees_drafts(extension, user):
        return True
    return ever_submitted().filter(pk=extension.pk).exists()


def submitted_versions(extension: Extension) -> VersionQuerySet:
    """Return the versions of an extension that have an entry in the queue, newest first."""
    versions: VersionQuerySet = extension.versions.exclude(status=Version.Status.DRAFT)
    return versions.newest_first()


def version_to_review(extension: Extension) -> Version | None:
    """Return the version that has waited longest, otherwise the newest submitted version."""
    versions = submitted_versions(extension).with_packages()
    return versions.in_review().order_by("submitted_at", "pk").first() or versions.first()


def deleted_numbers(extension: Extension, user: AnyUser) -> list[str]:
    """Return the numbers of deleted versions whose events ``user`` may see."""
    existing = extension.versions.values("number")
    events = thread(extension, user).exclude(version_number="")
    numbers = events.exclude(version_number__in=existing).values_list("version_number", flat=True)
    return sorted(set(numbers))


def has_events(extension: Extension, user: AnyUser, *, number: str) -> bool:
    """Whether ``user`` may see an event of the version with ``number``, which may be deleted."""
    return thread(extension, user).filter(version_number=number).exists()


def thread(extension: Extension, user: AnyUser, *, number: str = "") -> EventQuerySet:
    """Return the events of an extension that ``user`` may see, oldest first.

    With ``number``, those of that version, and those that concern all versions. Internal notes are for those
    who may read them: `readable`. The owner and moderators see drafts; others do not see uploads that were not
    submitted afterwards, and discarded versions.
    """
    events: EventQuerySet = extension.events.select_related("by", "removed_by")
    events = readable(events, extension, user)
    if number:
        events = events.about_version(number)
    if not _sees_drafts(extension, user):
        submissions = Event.objects.filter(
            extension=extension,
            version=OuterRef("version"),
            kind=Event.Kind.SUBMITTED,
            pk__gt=OuterRef("pk"),
        )
        events = events.exclude(kind__in=PRIVATE_KINDS).filter(
            ~Q(kind__in=(Event.Kind.UPLOADED, Event.Kind.REPLACED)) | Exists(submissions)
        )
    return events.in_order()


#: Events of blocks, which are a public history.
_BLOCK_KINDS = (
    Event.Kind.BLOCKED,
    Event.Kind.UNBLOCKED,
    Event.Kind.VERSION_BLOCKED,
    Event.Kind.SCAN_BLOCKED,
    Event.Kind.VERSION_UNBLOCKED,
)


def block_events(extension: Extension | None = None) -> EventQuerySet:
    """Return the blocks and unblocks of an extension or of all extensions, newest first."""
    events: EventQuerySet = Event.objects.filter(kind__in=_BLOCK_KINDS)
    if extension is not None:
        events = events.filter(extension=extension)
    return events.select_related("by", "extension").order_by("-created_at", "-pk")


def _sees_drafts(extension: Extension, user: AnyUser) -> bool:
    return is_active_user(user) and (extension.owner_id == user.pk or may_moderate(user))
