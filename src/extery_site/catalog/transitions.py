"""The table of transitions: which event, who may make it, from and to which status.

`extery_site.catalog.lifecycle` makes them, and calls the event handlers with the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from extery_site.catalog.models import (
    DISCARDABLE,
    EDITABLE,
    EXPIRING,
    WITHDRAWABLE,
    Event,
    Extension,
    Version,
)

_Status = Version.Status


class Role(Enum):
    """Who may make a transition."""

    OWNER = "owner"
    MODERATOR = "moderator"
    OWNER_OR_MODERATOR = "owner or moderator"
    USER = "user"
    """Any signed-in user: the action checks who it is, such as the one to whom an offer was made."""
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

    target_if_unpublished: str | None = None
    """The new status of a version that its owner had unpublished, if it is another one."""

    @property
    def changes_public_versions(self) -> bool:
        """Whether it adds a version to the public ones, or removes one."""
        return self.of is Version and _Status.APPROVED in {*self.sources, self.target}

    @property
    def deletes_version(self) -> bool:
        return self.of is Version and self.target is None


_IN_REVIEW = frozenset({_Status.IN_REVIEW})
_COOLING_DOWN = frozenset({_Status.COOLING_DOWN})
_ON_HOLD = frozenset({_Status.ON_HOLD})
_BLOCKED = frozenset({Extension.Status.BLOCKED})

SUBMIT = Transition(Event.Kind.SUBMITTED, Role.OWNER, EDITABLE, _Status.IN_REVIEW)
#: When the last task of a version is done, the site submits it again.
RESUBMIT = Transition(
    Event.Kind.SUBMITTED,
    Role.SITE,
    frozenset({_Status.CHANGES_REQUESTED}),
    _Status.IN_REVIEW,
)
WITHDRAW = Transition(
    Event.Kind.WITHDRAWN, Role.OWNER, WITHDRAWABLE, _Status.WITHDRAWN, allowed_while_blocked=True
)
DISCARD = Transition(Event.Kind.DISCARDED, Role.OWNER, DISCARDABLE, None)
EXPIRE = Transition(Event.Kind.EXPIRED, Role.SITE, EXPIRING, None)
APPROVE = Transition(Event.Kind.APPROVED, Role.MODERATOR, _IN_REVIEW, _Status.APPROVED)
#: Some versions need two moderators: the first approval does not change the status.
FIRST_APPROVE = Transition(Event.Kind.FIRST_APPROVED, Role.MODERATOR, _IN_REVIEW, _Status.IN_REVIEW)
WITHDRAW_APPROVAL = Transition(
    Event.Kind.APPROVAL_WITHDRAWN, Role.MODERATOR, _IN_REVIEW, _Status.IN_REVIEW
)
#: For ten minutes, and only by the moderator who decided: `extery_site.moderation.undo`.
UNDO = Transition(
    Event.Kind.UNDONE,
    Role.MODERATOR,
    frozenset({_Status.APPROVED, _Status.COOLING_DOWN, _Status.CHANGES_REQUESTED, _Status.ON_HOLD}),
    _Status.IN_REVIEW,
)
REQUEST_CHANGES = Transition(
    Event.Kind.CHANGES_REQUESTED, Role.MODERATOR, _IN_REVIEW, _Status.CHANGES_REQUESTED
)
DECLINE = Transition(Event.Kind.DECLINED, Role.MODERATOR, _IN_REVIEW | _ON_HOLD, _Status.DECLINED)
RECONSIDER = Transition(
    Event.Kind.RECONSIDERED,
    Role.MODERATOR,
    frozenset({_Status.DECLINED}),
    _Status.IN_REVIEW,
)
HOLD = Transition(
    Event.Kind.HELD,
    Role.MODERATOR,
    _IN_REVIEW | _COOLING_DOWN,
    _Status.ON_HOLD,
)
RELEASE = Transition(Event.Kind.RELEASED, Role.MODERATOR, _ON_HOLD, _Status.IN_REVIEW)
END_HOLD = Transition(
    Event.Kind.HOLD_ENDED, Role.SITE, _ON_HOLD, _Status.IN_REVIEW, allowed_while_blocked=True
)
SCHEDULE = Transition(Event.Kind.SCHEDULED, Role.MODERATOR, _IN_REVIEW, _Status.COOLING_DOWN)
PUBLISH = Transition(Event.Kind.PUBLISHED, Role.SITE, _COOLING_DOWN, _Status.APPROVED)
PUBLISH_EARLY = Transition(
    Event.Kind.PUBLISHED_EARLY, Role.MODERATOR, _COOLING_DOWN, _Status.APPROVED
)
STOP = Transition(
    Event.Kind.STOPPED,
    Role.MODERATOR,
    _COOLING_DOWN,
    _Status.IN_REVIEW,
    allowed_for_own_work=True,
    allowed_while_blocked=True,
)
#: A later version of low risk becomes public without a moderator, as `extery_site.moderation.automatic` decides.
AUTO_SCHEDULE = Transition(Event.Kind.AUTO_SCHEDULED, Role.SITE, _IN_REVIEW, _Status.COOLING_DOWN)
AUTO_PUBLISH = Transition(
    Event.Kind.AUTO_PUBLISHED, Role.SITE, _IN_REVIEW | _COOLING_DOWN, _Status.APPROVED
)
AUTO_STOP = Transition(
    Event.Kind.AUTO_STOPPED,
    Role.SITE,
    _COOLING_DOWN,
    _Status.IN_REVIEW,
    allowed_while_blocked=True,
)
# Not while the extension is blocked: Blender shows a block only of an id that the listing has.
WITHDRAW_PUBLIC = Transition(
    Event.Kind.UNPUBLISHED,
    Role.OWNER,
    frozenset({_Status.APPROVED}),
    _Status.UNPUBLISHED,
)
REPUBLISH = Transition(
    Event.Kind.REPUBLISHED, Role.OWNER, frozenset({_Status.UNPUBLISHED}), _Status.APPROVED
)
#: A beta version becomes stable, with the packages that were reviewed.
PROMOTE = Transition(
    Event.Kind.PROMOTED, Role.OWNER, frozenset({_Status.APPROVED}), _Status.APPROVED
)
BLOCK_VERSION = Transition(
    Event.Kind.VERSION_BLOCKED,
    Role.MODERATOR,
    frozenset({_Status.APPROVED, _Status.UNPUBLISHED}),
    _Status.BLOCKED,
    allowed_for_own_work=True,
)
#: A scanner found malware in a public version.
SCAN_BLOCK = Transition(
    Event.Kind.SCAN_BLOCKED,
    Role.SITE,
    frozenset({_Status.APPROVED, _Status.UNPUBLISHED}),
    _Status.BLOCKED,
    allowed_while_blocked=True,
)
UNBLOCK_VERSION = Transition(
    Event.Kind.VERSION_UNBLOCKED,
    Role.MODERATOR,
    frozenset({_Status.BLOCKED}),
    _Status.APPROVED,
    target_if_unpublished=_Status.UNPUBLISHED,
)
BLOCK = Transition(
    Event.Kind.BLOCKED,
    Role.MODERATOR,
    frozenset(Extension.Status.values) - _BLOCKED,
    Extension.Status.BLOCKED,
    of=Extension,
    allowed_for_own_work=True,
)
UNBLOCK = Transition(Event.Kind.UNBLOCKED, Role.MODERATOR, _BLOCKED, None, of=Extension)
_PUBLIC = frozenset({Extension.Status.APPROVED})
_DELETED = frozenset({Extension.Status.DELETED})
_EXISTING = frozenset(Extension.Status.values) - _DELETED
_UNPUBLISHED = _EXISTING - _PUBLIC - _BLOCKED


def _of_extension(
    event: Event.Kind, role: Role, sources: frozenset[str], target: str | None = None
) -> Transition:
    return Transition(event, role, sources, target, of=Extension, allowed_for_own_work=True)


UNLIST = _of_extension(Event.Kind.UNLISTED, Role.OWNER, _PUBLIC)
LIST = _of_extension(Event.Kind.LISTED, Role.OWNER, _PUBLIC)
DEPRECATE = _of_extension(Event.Kind.DEPRECATED, Role.OWNER, _PUBLIC)
UNDEPRECATE = _of_extension(Event.Kind.UNDEPRECATED, Role.OWNER, _PUBLIC)
PLAN_DELETION = _of_extension(Event.Kind.DELETION_PLANNED, Role.OWNER, _PUBLIC)
CANCEL_DELETION = _of_extension(Event.Kind.DELETION_CANCELLED, Role.OWNER, _EXISTING)
DELETE = _of_extension(
    Event.Kind.DELETED, Role.OWNER, _UNPUBLISHED, target=Extension.Status.DELETED
)
DELETE_PLANNED = _of_extension(
    Event.Kind.DELETED_AS_PLANNED,
    Role.SITE,
    _PUBLIC | _UNPUBLISHED,
    target=Extension.Status.DELETED,
)
RESTORE = _of_extension(Event.Kind.RESTORED, Role.OWNER_OR_MODERATOR, _DELETED)
ERASE = _of_extension(Event.Kind.ERASED, Role.SITE, _DELETED, target=Extension.Status.DELETED)
OFFER_HANDOVER = _of_extension(Event.Kind.HANDOVER_OFFERED, Role.OWNER, _EXISTING - _BLOCKED)
ACCEPT_HANDOVER = _of_extension(Event.Kind.HANDOVER_ACCEPTED, Role.USER, _EXISTING - _BLOCKED)
REFUSE_HANDOVER = _of_extension(Event.Kind.HANDOVER_REFUSED, Role.USER, _EXISTING)
WITHDRAW_HANDOVER = _of_extension(Event.Kind.HANDOVER_WITHDRAWN, Role.OWNER, _EXISTING)


def _of_maximum(event: Event.Kind, role: Role) -> Transition:
    return Transition(event, role, _APPROVED, _Status.APPROVED, allowed_for_own_work=True)


_APPROVED = frozenset({_Status.APPROVED})
SET_MAXIMUM = _of_maximum(Event.Kind.MAXIMUM_SET, Role.OWNER_OR_MODERATOR)
REMOVE_MAXIMUM = _of_maximum(Event.Kind.MAXIMUM_REMOVED, Role.OWNER)
SUGGEST_MAXIMUM = _of_maximum(Event.Kind.MAXIMUM_SUGGESTED, Role.USER)
WITHDRAW_MAXIMUM = _of_maximum(Event.Kind.MAXIMUM_WITHDRAWN, Role.USER)
DECLINE_MAXIMUM = _of_maximum(Event.Kind.MAXIMUM_DECLINED, Role.OWNER_OR_MODERATOR)

TRANSITIONS = (
    *(SUBMIT, RESUBMIT, WITHDRAW, DISCARD, EXPIRE),
    *(APPROVE, FIRST_APPROVE, WITHDRAW_APPROVAL, UNDO),
    *(REQUEST_CHANGES, DECLINE, RECONSIDER, HOLD, RELEASE, END_HOLD),
    *(SCHEDULE, PUBLISH, PUBLISH_EARLY, STOP),
    *(AUTO_SCHEDULE, AUTO_PUBLISH, AUTO_STOP),
    *(WITHDRAW_PUBLIC, REPUBLISH, PROMOTE, BLOCK_VERSION, UNBLOCK_VERSION),
    SCAN_BLOCK,
    *(BLOCK, UNBLOCK),
    *(UNLIST, LIST, DEPRECATE, UNDEPRECATE),
    *(PLAN_DELETION, CANCEL_DELETION, DELETE, DELETE_PLANNED, RESTORE, ERASE),
    *(SET_MAXIMUM, REMOVE_MAXIMUM, SUGGEST_MAXIMUM, WITHDRAW_MAXIMUM, DECLINE_MAXIMUM),
    *(OFFER_HANDOVER, ACCEPT_HANDOVER, REFUSE_HANDOVER, WITHDRAW_HANDOVER),
)
