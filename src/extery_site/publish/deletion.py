"""Deletion of extensions by their owner, their restoration, and the erasure of their content.

- An extension that was never submitted is deleted with its rows, and its id becomes free.
- Any other one that is not published is deleted at once, and can be restored for a while.
- A published one is deleted after ``EXTERY_DELETION_DELAY``, in which the owner can cancel it.

Its row, with id, events and decisions, stays for ever: no other one can be published under the id of an
extension that may still be installed. The periodic tasks call `delete_planned` and `erase_deleted`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, NotFound
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog import lifecycle, locking, transitions
from extery_site.catalog.models import (
    EXPIRING,
    WITHDRAWABLE,
    Event,
    Extension,
    Handover,
    Version,
    expiry_of,
)
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.files.storage import release
from extery_site.media.icons import erase_media
from extery_site.notify.actions import settle
from extery_site.publish.expiry import delete_rows, delete_version
from extery_site.publish.offer_subject import offer_subject
from extery_site.quotas.usage import format_time


def is_deleted_at_once(extension: Extension) -> bool:
    """Whether `delete_extension` deletes it without delay: it is not published."""
    return not extension.is_public


def was_submitted(extension: Extension) -> bool:
    """Whether it was submitted for review, so that its row stays when it is deleted."""
    return Event.objects.filter(extension=extension, kind=Event.Kind.SUBMITTED).exists()


@transaction.atomic
def delete_extension(*, extension: Extension, by: AnyUser, reason: str = "") -> Extension | None:
    """Delete an extension, or plan the deletion of a published one; return it unless it has no row any more.

    Versions that wait for something are withdrawn. Raises `Conflict` for a blocked extension.
    """
    text = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    locked = locking.lock_owned_extension(extension, by)
    if locked.is_blocked:
        raise locking.wrong_extension_status(locked)
    _require_no_held_version(locked)
    if not was_submitted(locked):
        _discard(locked, by)
        return None
    if locked.delete_at is not None:
        raise _planned(locked)
    for version in locked.versions.filter(status__in=WITHDRAWABLE):
        version.extension = locked
        with lifecycle.transition(transitions.WITHDRAW, version=version, by=by):
            pass
    locked.refresh_from_db()
    if is_deleted_at_once(locked):
        with lifecycle.transition(
            transitions.DELETE, extension=locked, by=by, text=text
        ) as pending:
            _mark_deleted(pending.extension, timezone.now())
        return pending.extension
    delay: timedelta = settings.EXTERY_DELETION_DELAY
    with lifecycle.transition(
        transitions.PLAN_DELETION, extension=locked, by=by, text=text
    ) as pending:
        pending.extension.delete_at = timezone.now() + delay
    return pending.extension


def cancel_deletion(*, extension: Extension, by: AnyUser) -> Extension:
    """Keep an extension whose deletion is planned; raises `Conflict` if it is not."""
    with lifecycle.transition(transitions.CANCEL_DELETION, extension=extension, by=by) as pending:
        if pending.extension.delete_at is None:
            raise Conflict.of(
                "manage.deletion-planned", variant="none", extension=pending.extension.name
            )
        pending.extension.delete_at = None
    return pending.extension


def restore(*, extension: Extension, by: AnyUser) -> Extension:
    """Restore a deleted extension with all its versions; raises `Conflict` if it was erased."""
    with lifecycle.transition(transitions.RESTORE, extension=extension, by=by) as pending:
        if pending.extension.restorable_until is None:
            raise Conflict.of("manage.erased", extension=pending.extension.name)
        pending.extension.deleted_at = None
        pending.extension.delete_at = None
        # The time to submit its drafts may have passed in the meantime.
        pending.extension.versions.filter(status__in=EXPIRING).update(
            expires_at=expiry_of(Version.Status.WITHDRAWN)
        )
    return pending.extension


def require_no_planned_deletion(extension: Extension) -> None:
    """Raise `Conflict` if the owner has decided to delete the extension."""
    if extension.delete_at is not None:
        raise _planned(extension)


def delete_planned(*, now: datetime | None = None) -> int:
    """Delete the extensions whose time has come; return their number. Blocked ones wait."""
    now = now or timezone.now()
    due = Extension.objects.filter(delete_at__lte=now).exclude(status=Extension.Status.BLOCKED)
    return sum(_delete_if_due(extension, now) for extension in due.order_by("pk"))


def _delete_if_due(extension: Extension, now: datetime) -> bool:
    try:
        with lifecycle.transition(
            transitions.DELETE_PLANNED, extension=extension, by=None
        ) as pending:
            # The owner may have cancelled it since the query.
            if pending.extension.delete_at is None or pending.extension.delete_at > now:
                raise locking.wrong_extension_status(pending.extension)
            _mark_deleted(pending.extension, now)
    except (Conflict, NotFound):
        return False
    return True


def erase_deleted(*, now: datetime | None = None) -> int:
    """Erase the content of extensions that were deleted a while ago; return their number."""
    now = now or timezone.now()
    period: timedelta = settings.EXTERY_RESTORE_PERIOD
    due = Extension.objects.filter(
        status=Extension.Status.DELETED, deleted_at__lte=now - period, erased_at=None
    )
    return sum(_erase_if_due(extension, now) for extension in due.order_by("pk"))


def _erase_if_due(extension: Extension, now: datetime) -> bool:
    try:
        with lifecycle.transition(transitions.ERASE, extension=extension, by=None) as pending:
            locked = pending.extension
            until = locked.restorable_until
            # It may have been restored, and even deleted again, since the query.
            if until is None or until > now:
                raise locking.wrong_extension_status(locked)
            _erase(locked)
            locked.erased_at = now
    except (Conflict, NotFound):
        return False
    return True


def _erase(extension: Extension) -> None:
    """Delete versions, packages, pictures, videos and texts; the files go if nothing else refers to them."""
    extension.newest_version = None
    for version in extension.versions.order_by("pk"):
        for packages in (version.packages, version.replaced_packages):
            release(*(package.file for package in packages.select_related("file")))
        version.delete()
    erase_media(extension)
    extension.tags.clear()
    extension.description = extension.website = extension.support_url = ""
    extension.deprecation_note = ""
    extension.replacement = None
    extension.save()


def _mark_deleted(extension: Extension, now: datetime) -> None:
    extension.deleted_at = now
    extension.delete_at = None
    for offer in extension.handovers.filter(state=Handover.State.OPEN):
        settle(offer_subject(offer).key)
        offer.state, offer.closed_at = Handover.State.WITHDRAWN, now
        offer.save()


def _discard(extension: Extension, by: AnyUser) -> None:
    """Delete the rows of an extension that was never submitted."""
    require_user(by)
    for version in extension.versions.order_by("pk"):
        version.extension = extension
        delete_version(transitions.DISCARD, version=version, by=by)
    remaining = Extension.objects.filter(pk=extension.pk).first()
    if remaining is not None:
        delete_rows(remaining)


def _require_no_held_version(extension: Extension) -> None:
    """Raise `Conflict` if moderators hold or block a version, which the owner cannot undo so."""
    held: Version | None = extension.versions.filter(
        status__in=(Version.Status.BLOCKED, Version.Status.ON_HOLD)
    ).first()
    if held is not None:
        raise Conflict.of(
            "manage.wrong-status",
            variant="held-version",
            extension=extension.name,
            version=held.number,
        )


def _planned(extension: Extension) -> Conflict:
    assert extension.delete_at is not None
    return Conflict.of(
        "manage.deletion-planned",
        extension=extension.name,
        until=format_time(extension.delete_at),
    )
