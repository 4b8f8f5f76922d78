"""The table of transitions: which event, who may make it, from and to which status.

`extery_site.catalog.lifecycle` makes them, and calls the event handlers with the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from extery_site.catalog.models import DISCARDABLE, EDITABLE, EXPIRING, Event, Extension, Version

_Status = Version.Status


class Role(Enum):
    """Who may make a transition."""

    OWNER = "owner"
    MODERATOR = "moderator"
    SITE = "site"
    """No user: a background task makes it."""


@dataclass(frozen=True)
class Transition:
    """One row of the table."""

    event: Event.Kind
    role: Role
    sources: frozenset[str]
    """Statuses of the version, or of the extension if ``of`` is `Extension`."""
    target: str | None
    """The new status; ``None`` if the version is deleted or the status follows from versions."""
    of: type[Version] | type[Extension] = Version
    allowed_for_own_work: bool = False
    """Whether a moderator can make it for an extension of their own."""
    allowed_while_blocked: bool = False
    """Whether a version can make it while its extension is blocked."""

    @property
    def deletes_version(self) -> bool:
        return self.of is Version and self.target is None


_IN_REVIEW = frozenset({_Status.IN_REVIEW})
_BLOCKED = frozenset({Extension.Status.BLOCKED})

SUBMIT = Transition(Event.Kind.SUBMITTED, Role.OWNER, EDITABLE, _Status.IN_REVIEW)
WITHDRAW = Transition(
    Event.Kind.WITHDRAWN, Role.OWNER, _IN_REVIEW, _Status.WITHDRAWN, allowed_while_blocked=True
)
DISCARD = Transition(Event.Kind.DISCARDED, Role.OWNER, DISCARDABLE, None)
EXPIRE = Transition(Event.Kind.EXPIRED, Role.SITE, EXPIRING, None)
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
    allowed_for_own_work=True,
)
UNBLOCK = Transition(Event.Kind.UNBLOCKED, Role.MODERATOR, _BLOCKED, None, of=Extension)

TRANSITIONS = (
    *(SUBMIT, WITHDRAW, DISCARD, EXPIRE),
    *(APPROVE, REQUEST_CHANGES, DECLINE, BLOCK, UNBLOCK),
)
