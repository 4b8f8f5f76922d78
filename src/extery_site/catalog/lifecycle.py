"""The life cycle of extensions and versions: makes the transitions of `transitions`.

`transition` is the only way to change a status; the actions of `extery_site.moderation` and
`extery_site.publish` call it. It locks the rows, checks the user and the current status, applies
the change, writes one `Event`, and calls the `event_handlers` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction as database
from django.utils import timezone
from django.utils.module_loading import import_string

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator, require_user
from extery_site.catalog.locking import (
    lock_extension,
    lock_extension_of,
    lock_owned_extension,
    lock_version,
    require_not_blocked,
    require_not_deleted,
    require_owner,
    wrong_extension_status,
    wrong_status,
)
from extery_site.catalog.metadata import update_newest_version
from extery_site.catalog.models import Event, Extension, Version, expiry_of
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.transitions import (
    APPROVE,
    AUTO_PUBLISH,
    AUTO_SCHEDULE,
    BLOCK,
    PUBLISH,
    PUBLISH_EARLY,
    REPUBLISH,
    RESTORE,
    RESUBMIT,
    SCHEDULE,
    SUBMIT,
    UNBLOCK,
    UNDO,
    WITHDRAW_PUBLIC,
    Role,
    Transition,
)

#: Statuses of versions by precedence: the first that any version has is that of the extension.
STATUS_PRECEDENCE = (
    Extension.Status.APPROVED,
    Extension.Status.IN_REVIEW,
    Extension.Status.CHANGES_REQUESTED,
    Extension.Status.ON_HOLD,
    Extension.Status.COOLING_DOWN,
    Extension.Status.VERSIONS_BLOCKED,
    Extension.Status.UNPUBLISHED,
    Extension.Status.WITHDRAWN,
    Extension.Status.DECLINED,
)

EventHandler = Callable[[Event], None]


def event_handlers() -> list[EventHandler]:
    """Return the functions that are called with every event: `extery_site.project.event_handlers`.

    They run inside the transaction of the event: an exception rolls it back, and slow work belongs
    in a task that they enqueue.
    """
    return [import_string(path) for path in settings.EVENT_HANDLERS]


@dataclass
class PendingTransition:
    """A transition in progress: the locked rows and the content of its event."""

    extension: Extension
    locked_version: Version | None
    by: User | None
    text: str = ""
    packages: Collection[str] = ()
    saved_event: Event | None = None

    @property
    def version(self) -> Version:
        """The locked version; transitions of extensions have none."""
        assert self.locked_version is not None
        return self.locked_version

    @property
    def event(self) -> Event:
        """The event, after the transition is complete."""
        assert self.saved_event is not None
        return self.saved_event


@contextmanager
def transition(
    change: Transition,
    *,
    by: AnyUser | None,
    version: Version | None = None,
    extension: Extension | None = None,
    text: str = "",
) -> Iterator[PendingTransition]:
    """Make a transition; the body can check and change the locked rows before it is applied.

    Raises `Refused` for a user without permission and `Conflict` if the current status is not
    one of its sources. If it or the body raises, nothing has changed.
    """
    with database.atomic():
        pending = lock(change, by=by, version=version, extension=extension)
        pending.text = text
        yield pending
        _apply(change, pending)
        pending.saved_event = record(
            pending.extension,
            change.event,
            by=pending.by,
            version=None if change.deletes_version else pending.locked_version,
            number=pending.locked_version.number if pending.locked_version else "",
            text=pending.text,
            packages=pending.packages,
        )


def record(
    extension: Extension,
    kind: Event.Kind,
    *,
    by: User | None,
    version: Version | None = None,
    number: str = "",
    text: str = "",
    packages: Collection[str] = (),
    is_internal: bool = False,
    place: Mapping[str, Any] | None = None,
) -> Event:
    """Write an event and call the `event_handlers`, in the transaction of the change.

    ``number`` is that of a version that was just deleted, and else that of ``version``. An event that
    ``is_internal`` is shown to moderators and volunteers only; ``place`` is that of a comment.
    """
    event = Event.objects.create(
        extension=extension,
        version=version,
        version_number=version.number if version else number,
        by=by,
        kind=kind,
        text=text.strip(),
        packages=list(packages),
        is_internal=is_internal,
        place=dict(place or {}),
    )
    for handle in event_handlers():
        handle(event)
    return event


def lock(
    change: Transition,
    *,
    by: AnyUser | None,
    version: Version | None = None,
    extension: Extension | None = None,
) -> PendingTransition:
    """Lock the rows of a transition and check that it is possible; requires a transaction.

    Raises `Refused` for a user without permission and `Conflict` for another status.
    """
    user = _require_role(change.role, by)
    if change.of is Extension:
        assert extension is not None
        return _lock_for_extension(change, user, extension)
    assert version is not None
    return _lock_for_version(change, user, version)


def _require_role(role: Role, by: AnyUser | None) -> User | None:
    if role is Role.SITE:
        assert by is None
        return None
    return require_moderator(by) if role is Role.MODERATOR else require_user(by)


def _lock_for_extension(
    change: Transition, user: User | None, extension: Extension
) -> PendingTransition:
    extension = lock_extension(extension)
    if change.role is Role.OWNER or change.role is Role.OWNER_OR_MODERATOR:
        require_owner(extension, user, or_moderator=change.role is not Role.OWNER)
    _require_work_of_others(change, user, extension)
    if extension.status not in change.sources:
        if change not in (BLOCK, UNBLOCK):
            raise wrong_extension_status(extension)
        variant = "already-blocked" if extension.is_blocked else "not-blocked"
        raise Conflict.of("review.wrong-status", variant=variant, extension=extension.name)
    return PendingTransition(extension, None, user)


def _lock_for_version(change: Transition, user: User | None, version: Version) -> PendingTransition:
    if change.role is Role.OWNER:
        assert user is not None
        extension = lock_owned_extension(version.extension, user)
    elif change.role is Role.OWNER_OR_MODERATOR:
        extension = lock_extension_of(version)
        require_owner(extension, user, or_moderator=True)
    else:
        extension = lock_extension_of(version)
        _require_work_of_others(change, user, extension, version)
    require_not_deleted(extension)
    if not change.allowed_while_blocked:
        require_not_blocked(extension, change.role)
    version = lock_version(version, extension, change.role)
    if version.status not in change.sources:
        in_review = Version.Status.IN_REVIEW in change.sources
        raise wrong_status(version, change.role, variant="" if in_review else "other")
    return PendingTransition(extension, version, user)


def _require_work_of_others(
    change: Transition, user: User | None, extension: Extension, version: Version | None = None
) -> None:
    if user is not None and not change.allowed_for_own_work:
        require_work_of_others(user, extension, version)


def _apply(change: Transition, pending: PendingTransition) -> None:
    """Set the statuses and the fields that depend on them."""
    extension = pending.extension
    if change is BLOCK:
        extension.status = Extension.Status.BLOCKED
    elif change is UNBLOCK and extension.deleted_at is not None:
        extension.block_reason = ""
        extension.status = Extension.Status.DELETED
    elif change is UNBLOCK or change is RESTORE:
        extension.block_reason = ""
        _sync_status(extension)
        update_newest_version(extension)
    elif change.of is Extension:
        extension.status = change.target or extension.status
    elif change.deletes_version:
        pending.version.delete()
        _sync_status(extension)
    else:
        _apply_to_version(change, pending.version)
        if not extension.is_blocked:
            _sync_status(extension)
        if change.changes_public_versions:
            update_newest_version(extension)
    extension.save()


def _apply_to_version(change: Transition, version: Version) -> None:
    assert change.target is not None
    target = (version.unpublished_at and change.target_if_unpublished) or change.target
    version.status = target
    version.expires_at = expiry_of(target)
    if change in (SUBMIT, RESUBMIT):
        version.submitted_at = timezone.now()
    elif change in (APPROVE, PUBLISH, PUBLISH_EARLY, AUTO_PUBLISH):
        version.approved_at = timezone.now()
    elif change in (WITHDRAW_PUBLIC, REPUBLISH):
        version.unpublished_at = timezone.now() if change is WITHDRAW_PUBLIC else None
    elif change is UNDO:
        version.approved_at = None
    if change in (AUTO_SCHEDULE, AUTO_PUBLISH):
        version.is_unreviewed = True
    elif target not in _DECIDED or change in (APPROVE, SCHEDULE):
        # Not after `PUBLISH_EARLY`, which skips the time and reviews nothing.
        version.is_unreviewed = False
    # Fields of a status that it has left.
    if target != Version.Status.COOLING_DOWN:
        version.public_at = None
    if target != Version.Status.ON_HOLD:
        version.held_until = None
    if target != Version.Status.BLOCKED:
        version.block_reason = ""
    version.save()


#: Statuses in which it matters whether a moderator has approved a version.
_DECIDED = frozenset(
    {
        Version.Status.COOLING_DOWN,
        Version.Status.APPROVED,
        Version.Status.UNPUBLISHED,
        Version.Status.BLOCKED,
    }
)


def _sync_status(extension: Extension) -> None:
    """Set the status of an extension that is not blocked from the statuses of its versions."""
    statuses = set(extension.versions.values_list("status", flat=True))
    if Version.Status.BLOCKED in statuses:
        statuses.add(Extension.Status.VERSIONS_BLOCKED)
    ranked = (status for status in STATUS_PRECEDENCE if status.value in statuses)
    extension.status = next(ranked, Extension.Status.DRAFT)
