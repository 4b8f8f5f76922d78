"""The life cycle of extensions and versions: one table of transitions, each recorded as one `Event`.

`transition` is the only way to change a status. It locks the rows, checks who acts and whether the
transition starts from the present status, applies the change, writes the event, and calls the
subscribers in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from django.db import transaction as database
from django.utils import timezone

from extery.core.errors import Conflict, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator, require_user
from extery_site.catalog.manifests import update_newest_version
from extery_site.catalog.models import DISCARDABLE, EDITABLE, Event, Extension, Version

_Status = Version.Status


class Role(Enum):
    """Who may make a transition."""

    OWNER = "owner"
    MODERATOR = "moderator"


@dataclass(frozen=True)
class Transition:
    """One row of the life cycle."""

    event: Event.Kind
    role: Role
    sources: frozenset[str]
    """Statuses of the version, or of the extension if ``of`` is `Extension`."""
    target: str | None
    """The status afterwards; ``None`` if the version is deleted, or its status follows from others."""
    of: type[Version] | type[Extension] = Version
    while_blocked: bool = False
    """Whether a version can make it while its extension is blocked."""


_IN_REVIEW = frozenset({_Status.IN_REVIEW})
_BLOCKED = frozenset({Extension.Status.BLOCKED})

SUBMIT = Transition(Event.Kind.SUBMITTED, Role.OWNER, EDITABLE, _Status.IN_REVIEW)
WITHDRAW = Transition(
    Event.Kind.WITHDRAWN, Role.OWNER, _IN_REVIEW, _Status.WITHDRAWN, while_blocked=True
)
DISCARD = Transition(Event.Kind.DISCARDED, Role.OWNER, DISCARDABLE, None)
APPROVE = Transition(Event.Kind.APPROVED, Role.MODERATOR, _IN_REVIEW, _Status.APPROVED)
REQUEST_CHANGES = Transition(
    Event.Kind.CHANGES_REQUESTED, Role.MODERATOR, _IN_REVIEW, _Status.CHANGES_REQUESTED
)
DECLINE = Transition(Event.Kind.DECLINED, Role.MODERATOR, _IN_REVIEW, _Status.DECLINED)
BLOCK = Transition(
    Event.Kind.BLOCKED,
    Role.MODERATOR,
    frozenset(Extension.Status.values) - _BLOCKED,
    Extension.Status.BLOCKED,
    of=Extension,
)
UNBLOCK = Transition(Event.Kind.UNBLOCKED, Role.MODERATOR, _BLOCKED, None, of=Extension)

TRANSITIONS = (SUBMIT, WITHDRAW, DISCARD, APPROVE, REQUEST_CHANGES, DECLINE, BLOCK, UNBLOCK)

#: The first of these that any version has is the status of its extension.
_LEADING = (
    Extension.Status.APPROVED,
    Extension.Status.IN_REVIEW,
    Extension.Status.CHANGES_REQUESTED,
    Extension.Status.WITHDRAWN,
    Extension.Status.DECLINED,
)

Subscriber = Callable[[Event], None]
_subscribers: list[Subscriber] = []


def subscribe(subscriber: Subscriber) -> Subscriber:
    """Call ``subscriber`` with every event, inside the transaction that wrote it.

    What it raises rolls the whole change back; slow work belongs into a task that it enqueues.
    """
    if subscriber not in _subscribers:
        _subscribers.append(subscriber)
    return subscriber


@dataclass
class Step:
    """A transition in progress: the locked rows, and the content of its event."""

    extension: Extension
    version: Version | None
    by: User
    text: str = ""
    packages: Collection[str] = ()
    event: Event | None = None
    """Set when the transition is complete."""

    @property
    def locked_version(self) -> Version:
        """The version of a transition of versions."""
        assert self.version is not None
        return self.version

    @property
    def recorded(self) -> Event:
        """The event, once the transition is complete."""
        assert self.event is not None
        return self.event


@contextmanager
def transition(
    change: Transition,
    *,
    by: AnyUser,
    version: Version | None = None,
    extension: Extension | None = None,
    text: str = "",
) -> Iterator[Step]:
    """Make a transition; the body checks what else it requires, on the locked rows.

    Raises `Refused` for a user who may not make it and `Conflict` if the present status is not
    one of its sources; then, and if the body raises, nothing has changed.
    """
    with database.atomic():
        step = lock(change, by=by, version=version, extension=extension)
        step.text = text
        yield step
        _apply(change, step)
        step.event = record(
            step.extension,
            change.event,
            by=step.by,
            version=None if change is DISCARD else step.version,
            text=step.text,
            packages=step.packages,
        )


def record(
    extension: Extension,
    kind: Event.Kind,
    *,
    by: User | None,
    version: Version | None = None,
    text: str = "",
    packages: Collection[str] = (),
) -> Event:
    """Write an event and call the subscribers. Needs the transaction of what it records."""
    event = Event.objects.create(
        extension=extension,
        version=version,
        by=by,
        kind=kind,
        text=text.strip(),
        packages=list(packages),
    )
    for subscriber in _subscribers:
        subscriber(event)
    return event


def lock(
    change: Transition,
    *,
    by: AnyUser,
    version: Version | None = None,
    extension: Extension | None = None,
) -> Step:
    """Lock the rows of a transition and check whether it may be made; needs a transaction.

    Raises `Refused` for a user who may not make it and `Conflict` for another status.
    """
    user = require_user(by) if change.role is Role.OWNER else require_moderator(by)
    return _lock(change, user, version, extension)


def lock_extension(extension: Extension) -> Extension:
    """Return the extension as it is now, locked until the transaction ends.

    Every change of an extension, its versions, reports and thread takes this lock first. Raises
    `NotFound` if it was deleted in the meantime.
    """
    locked = Extension.objects.select_for_update().filter(pk=extension.pk).first()
    if locked is None:
        raise NotFound.of(
            "request.not-found",
            f"{extension.name} was deleted in the meantime",
            hint="reload the page",
        )
    return locked


def lock_owned(extension: Extension, by: AnyUser) -> Extension:
    """Return the extension as it is now, locked; raises `Refused` unless ``by`` owns it."""
    user = require_user(by)
    extension = lock_extension(extension)
    if extension.owner_id != user.pk:
        raise Refused.of(
            "permission.owner-only",
            f"only the owner of {extension.name} can do this",
            hint="ask the owner",
        )
    return extension


def lock_editable(version: Version, extension: Extension) -> Version:
    """Return the version as it is now, locked; raises `Conflict` unless its owner may change it."""
    version = _lock_version(version, extension, Role.OWNER)
    if version.status not in EDITABLE:
        raise _wrong_status(version, Role.OWNER)
    return version


def require_not_blocked(extension: Extension, role: Role = Role.OWNER) -> None:
    """Raise unless the extension is free of a block."""
    if not extension.is_blocked:
        return
    if role is Role.MODERATOR:
        raise Conflict.of(
            "review.wrong-status", f"{extension.name} is blocked", hint="unblock it first"
        )
    raise Refused.of(
        "upload.extension-blocked",
        f"{extension.name} is blocked: {extension.block_reason}",
        hint="comment in its review thread to contact the moderators",
    )


def _lock(
    change: Transition, user: User, version: Version | None, extension: Extension | None
) -> Step:
    """Lock the extension first, then the version: all in one order, so that no two deadlock."""
    if change.of is Extension:
        assert extension is not None
        extension = lock_extension(extension)
        if extension.status not in change.sources:
            current = "already blocked" if extension.is_blocked else "not blocked"
            raise Conflict.of("review.wrong-status", f"{extension.name} is {current}")
        return Step(extension, None, user)
    assert version is not None
    if change.role is Role.OWNER:
        extension = lock_owned(version.extension, user)
    else:
        extension = Extension.objects.select_for_update().filter(pk=version.extension_id).first()
        if extension is None:
            raise _gone(version, change.role)
    if not change.while_blocked:
        require_not_blocked(extension, change.role)
    version = _lock_version(version, extension, change.role)
    if version.status not in change.sources:
        raise _wrong_status(version, change.role)
    return Step(extension, version, user)


def _lock_version(version: Version, extension: Extension, role: Role) -> Version:
    locked = extension.versions.select_for_update().filter(pk=version.pk).first()
    if locked is None:
        raise _gone(version, role)
    locked.extension = extension
    return locked


def _apply(change: Transition, step: Step) -> None:
    """Set the statuses and the times that go with them."""
    extension, version = step.extension, step.version
    if change is BLOCK:
        extension.status = Extension.Status.BLOCKED
    elif change is UNBLOCK:
        extension.block_reason = ""
        _follow_versions(extension)
        update_newest_version(extension)
    elif change is DISCARD:
        step.locked_version.delete()
        _follow_versions(extension)
    else:
        assert version is not None
        assert change.target is not None
        version.status = change.target
        if change is SUBMIT:
            version.submitted_at = timezone.now()
        elif change is APPROVE:
            version.approved_at = timezone.now()
        version.save()
        if not extension.is_blocked:
            _follow_versions(extension)
        if change is APPROVE:
            update_newest_version(extension)
    extension.save()


def _follow_versions(extension: Extension) -> None:
    """Set the status of an extension that is not blocked from those of its versions."""
    statuses = set(extension.versions.values_list("status", flat=True))
    leading = (status for status in _LEADING if status.value in statuses)
    extension.status = next(leading, Extension.Status.DRAFT)


def _gone(version: Version, role: Role) -> Conflict:
    return Conflict.of(
        "review.version-discarded" if role is Role.MODERATOR else "submit.wrong-status",
        f"version {version.number} was discarded in the meantime",
        hint="reload the page to see what happened",
    )


def _wrong_status(version: Version, role: Role) -> Conflict:
    if role is Role.MODERATOR:
        code, fault = "review.wrong-status", "is not in review"
    else:
        code, fault = "submit.wrong-status", "cannot be changed now"
    return Conflict.of(
        code,
        f"{version} {fault}: its status is '{version.get_status_display()}'",
        hint="reload the page to see what happened",
    )
