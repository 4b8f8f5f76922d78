"""Deletion of versions: by their owner, or when the time to submit a draft has passed.

A draft does not hold its id for ever: `free_at` is the time that the draft page and the error for
other users state, after which `release_id` and the periodic task delete it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from extery.core.errors import Conflict, NotFound
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog import lifecycle, locking, transitions
from extery_site.catalog.models import EXPIRING, Event, Extension, Version
from extery_site.files.storage import release
from extery_site.media.icons import erase_media


@transaction.atomic
def delete_version(
    change: transitions.Transition,
    *,
    version: Version,
    by: AnyUser | None,
    now: datetime | None = None,
) -> None:
    """Delete a version by a transition, with its packages, and its extension if that was a draft.

    With ``now``, raises `Conflict` for a version that has not expired.
    """
    with lifecycle.transition(change, version=version, by=by) as pending:
        expires_at = pending.version.expires_at
        if now is not None and (expires_at is None or expires_at > now):
            raise locking.wrong_status(pending.version, change.role)
        version = pending.version
        for packages in (version.packages, version.replaced_packages):
            release(*(package.file for package in packages.select_related("file")))
    extension = pending.extension
    keep = Event.objects.filter(extension=extension)
    keep = keep.filter(kind=Event.Kind.SUBMITTED) if now is None else keep.decisions()
    if not extension.versions.exists() and not keep.exists():
        delete_rows(extension)


def delete_rows(extension: Extension) -> None:
    """Delete an extension without versions and its events, which frees its id."""
    erase_media(extension)
    extension.delete()


def free_at(extension: Extension) -> datetime | None:
    """Return when the id of an extension becomes free; ``None`` if it does not by itself.

    It does if no moderator has decided about the extension and each of its versions expires.
    """
    if extension.is_blocked or extension.is_deleted:
        return None
    if Event.objects.filter(extension=extension).decisions().exists():
        return None
    times = list(extension.versions.values_list("expires_at", flat=True))
    expiring = [time for time in times if time is not None]
    if len(expiring) != len(times):
        return None
    lifetime: timedelta = settings.EXTERY_DRAFT_LIFETIME
    return max(expiring, default=extension.updated_at + lifetime)


def release_id(extension_id: str, *, user: User) -> None:
    """Delete the extension of another user that has this id, if its time has passed."""
    now = timezone.now()
    extension = Extension.objects.with_id(extension_id).exclude(owner=user).first()
    if extension is not None and (time := free_at(extension)) is not None and time <= now:
        for version in extension.versions.select_related("extension"):
            _expire(version, now)
        _delete_without_versions(extension, now)


def expire_drafts(*, now: datetime | None = None) -> int:
    """Delete all versions that have expired, and extensions that are left without a version.

    Returns the number of versions.
    """
    now = now or timezone.now()
    due = Version.objects.filter(status__in=EXPIRING, expires_at__lte=now).exclude(
        extension__status__in=(Extension.Status.BLOCKED, Extension.Status.DELETED)
    )
    number = sum(_expire(version, now) for version in due.select_related("extension"))
    lifetime: timedelta = settings.EXTERY_DRAFT_LIFETIME
    events = Event.objects.filter(extension=OuterRef("pk"))
    empty = Extension.objects.filter(
        ~Exists(Version.objects.filter(extension=OuterRef("pk"))),
        ~Exists(events.decisions()),
        updated_at__lte=now - lifetime,
    ).exclude(status__in=(Extension.Status.BLOCKED, Extension.Status.DELETED))
    for extension in empty:
        _delete_without_versions(extension, now)
    return number


def _expire(version: Version, now: datetime) -> bool:
    """Delete a version that has expired; whether it was deleted: its owner may have submitted it."""
    try:
        delete_version(transitions.EXPIRE, version=version, by=None, now=now)
    except (Conflict, NotFound):
        return False
    return True


@transaction.atomic
def _delete_without_versions(extension: Extension, now: datetime) -> None:
    """Delete an extension whose versions its owner discarded, unless this has changed."""
    locked = Extension.objects.select_for_update().filter(pk=extension.pk).first()
    if locked is None or locked.versions.exists():
        return
    time = free_at(locked)
    if time is not None and time <= now:
        delete_rows(locked)
