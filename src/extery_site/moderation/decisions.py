"""Decisions of moderators, which are transitions of `extery_site.catalog.lifecycle`.

``packages`` are the SHA-256 hashes of the reviewed packages. A decision on a version raises
`Conflict` if the version has other packages now.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, Corrupt, InvalidInput, Where
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.moderation.blocks import block
from extery_site.moderation.claims import require_unclaimed
from extery_site.moderation.cool_down import check_listable, waiting_time
from extery_site.moderation.disputes import require_answered
from extery_site.moderation.package_hashes import (
    check_stored_files,
    check_unchanged,
    parse_hashes,
)
from extery_site.moderation.replies import require_filled
from extery_site.moderation.risk import Risk, assess
from extery_site.moderation.second_approval import first_approval, needs_two
from extery_site.moderation.tasks import ask_for_open_tasks
from extery_site.moderation.waivers import require_waived

__all__ = [
    "approve_version",
    "block_extension",
    "block_version",
    "decline_version",
    "hold_version",
    "release_version",
    "request_changes",
    "unblock_extension",
    "unblock_version",
]


def approve_version(
    *,
    version: Version,
    packages: Collection[str],
    by: AnyUser,
    reason: str = "",
    at_once: str = "",
) -> Event:
    """Approve a version that waits for review: it becomes public now, or after its `waiting_time`.

    If it `needs_two` moderators, the first approval only records that, and the second one publishes it.
    ``at_once`` is the reason for not waiting, such as a hole in security.

    Raises `Corrupt` if a stored file does not have the bytes that are approved.

    What follows: `extery_site.catalog.lifecycle` makes the transition ``APPROVE`` of
    `extery_site.catalog.transitions`, updates the extension's `metadata`, writes an `Event`, and
    calls the functions in `extery_site.project.event_handlers`; the one in
    `extery_site.listings.event_handler` adds the version to the listings.
    """
    require_work_of_others(require_moderator(by), version.extension, version)
    reviewed = parse_hashes(packages)
    # Before the transaction, so that no write lock is held while large files are read.
    try:
        check_stored_files(version, reviewed)
    except Corrupt:
        # The file may be missing because the version was discarded in the meantime: raise `Conflict` then.
        with transaction.atomic():
            locked = lifecycle.lock(transitions.APPROVE, version=version, by=by)
            check_unchanged(locked.version, reviewed)
        raise
    reason, at_once = _clean_reason(reason), _clean_reason(at_once, field="at_once")
    with transaction.atomic():
        locked = lifecycle.lock(transitions.APPROVE, version=version, by=by)
        risk = assess(locked.version)
        time = waiting_time(locked.version, risk)
        if _is_first_of_two(locked, risk):
            change = transitions.FIRST_APPROVE
        else:
            change = transitions.SCHEDULE if time and not at_once else transitions.APPROVE
            if time and at_once:
                reason = f"{reason}\n\nPublic at once: {at_once}".strip()[:MAX_REASON_LENGTH]
        with lifecycle.transition(change, version=version, by=by, text=reason) as pending:
            _require_unclaimed(pending)
            require_answered(pending.version)
            require_waived(pending.version)
            pending.packages = check_unchanged(pending.version, reviewed)
            if change is not transitions.APPROVE:
                check_listable(pending.version)
            if change is transitions.SCHEDULE:
                pending.version.public_at = timezone.now() + time
    return pending.event


def _is_first_of_two(locked: lifecycle.PendingTransition, risk: Risk) -> bool:
    """Whether an approval of the locked version waits for a second moderator.

    Raises `Conflict` if the same moderator has approved it already.
    """
    if not needs_two(risk.score, locked.extension):
        return False
    first = first_approval(locked.version)
    if first is not None and locked.by is not None and first.by_id == locked.by.pk:
        raise Conflict.of(
            "review.approved-by-you",
            extension=locked.extension.name,
            version=locked.version.number,
        )
    return first is None


def request_changes(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str = ""
) -> Event:
    """Return a version to its owner for the changes that ``reason`` and the open tasks describe.

    The owner receives the tasks; without one, the reason is required.
    """
    require_moderator(by)
    reason = _clean_reason(reason)
    reviewed = parse_hashes(packages)
    with lifecycle.transition(transitions.REQUEST_CHANGES, version=version, by=by) as pending:
        _require_unclaimed(pending)
        require_answered(pending.version)
        pending.packages = check_unchanged(pending.version, reviewed)
        asked = ask_for_open_tasks(pending.version)
        if not asked:
            _require_reason(reason)
        pending.text = "\n\n".join(filter(None, [reason, "\n".join(f"- {task}" for task in asked)]))
    return pending.event


def decline_version(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str
) -> Event:
    """Decline a version permanently: its owner can only discard it."""
    require_moderator(by)
    reason = _clean_reason(_require_reason(reason))
    return _decide(transitions.DECLINE, version, parse_hashes(packages), by, reason)


def _decide(
    change: transitions.Transition,
    version: Version,
    reviewed: frozenset[str],
    by: AnyUser,
    reason: str,
) -> Event:
    with lifecycle.transition(change, version=version, by=by, text=reason) as pending:
        _require_unclaimed(pending)
        require_answered(pending.version)
        pending.packages = check_unchanged(pending.version, reviewed)
    return pending.event


def _require_unclaimed(pending: lifecycle.PendingTransition) -> None:
    """Raise `Conflict` if another moderator has claimed the version."""
    assert pending.by is not None
    require_unclaimed(pending.version, pending.by)


#: The longest hold.
MAX_HOLD = timedelta(days=366)


def hold_version(*, version: Version, by: AnyUser, reason: str, until: date | None = None) -> Event:
    """Put a version on hold, for the public ``reason``: it leaves the queue, and does not become public.

    It returns to the queue on the day ``until``, or when a moderator releases it.
    """
    require_moderator(by)
    reason = _clean_reason(_require_reason(reason))
    today = timezone.localdate()
    if until is not None and not today < until <= today + MAX_HOLD:
        raise InvalidInput.of(
            "review.bad-day",
            where=Where(path=("until",)),
            day=until.isoformat(),
            last=(today + MAX_HOLD).isoformat(),
        )
    with lifecycle.transition(transitions.HOLD, version=version, by=by, text=reason) as pending:
        pending.version.held_until = until
    return pending.event


def release_version(*, version: Version, by: AnyUser, reason: str = "") -> Event:
    """Return a version from hold to the queue; its place there is that of its submission."""
    require_moderator(by)
    reason = _clean_reason(reason)
    with lifecycle.transition(transitions.RELEASE, version=version, by=by, text=reason) as pending:
        pass
    return pending.event


def block_version(*, version: Version, by: AnyUser, reason: str) -> Event:
    """Block one public version: listings, pages and downloads do without it at once.

    Listings then have the next newest version. Blender knows only blocks of whole extensions: it
    does not warn those who have installed this version. Raises `Refused` if a second moderator is needed.
    """
    [event] = block(extension=version.extension, by=by, reason=reason, numbers=[version.number])
    return event


def unblock_version(*, version: Version, by: AnyUser, reason: str = "") -> Event:
    """Unblock a version: it is public again, unless its owner had unpublished it."""
    require_moderator(by)
    reason = _clean_reason(reason)
    with lifecycle.transition(
        transitions.UNBLOCK_VERSION, version=version, by=by, text=reason
    ) as pending:
        pass
    return pending.event


def block_extension(*, extension: Extension, by: AnyUser, reason: str) -> Event:
    """Block an extension: it cannot be downloaded, and listings contain it in their blocklist.

    Raises `Refused` if a second moderator is needed.
    """
    [event] = block(extension=extension, by=by, reason=reason)
    return event


def unblock_extension(*, extension: Extension, by: AnyUser, reason: str = "") -> Event:
    """Unblock an extension; its status follows from its versions again."""
    require_moderator(by)
    reason = _clean_reason(reason)
    with lifecycle.transition(
        transitions.UNBLOCK, extension=extension, by=by, text=reason
    ) as pending:
        pass
    return pending.event


def _clean_reason(reason: str, *, field: str = "reason") -> str:
    return require_filled(clean_text(reason, field=field, max_length=MAX_REASON_LENGTH))


def _require_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput.of("review.reason-missing", where=Where(path=("reason",)))
    return reason
