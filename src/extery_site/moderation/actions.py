"""Decisions of moderators, as transitions of the life cycle.

A decision on a version names the packages that the moderator saw (``packages``: the SHA-256 of
each) and raises `Conflict` if the version has any others.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from extery.core.errors import Corrupt, InvalidInput, Where
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.catalog import lifecycle
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.text_limits import MOST_IN_A_BLOCK, MOST_IN_A_REASON, checked_text
from extery_site.moderation.package_hashes import (
    check_stored_files,
    check_unchanged,
    parse_hashes,
)

__all__ = [
    "approve_version",
    "block_extension",
    "decline_version",
    "request_changes",
    "unblock_extension",
]


def approve_version(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str = ""
) -> Event:
    """Publish a version that waits for review.

    Raises `Corrupt` if a stored file does not have the bytes that are approved.
    """
    require_moderator(by)
    reviewed = parse_hashes(packages)
    # Before the transaction: large files are read without holding the lock on writing.
    try:
        check_stored_files(version, reviewed)
    except Corrupt:
        # A file that is missing because the version was discarded meanwhile is no damage.
        with transaction.atomic():
            found = lifecycle.lock(lifecycle.APPROVE, version=version, by=by)
            check_unchanged(found.locked_version, reviewed)
        raise
    return _decide(lifecycle.APPROVE, version, reviewed, by, _checked(reason))


def request_changes(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str
) -> Event:
    """Return a version to its owner, with what to change."""
    require_moderator(by)
    reason = _checked(_required(reason))
    return _decide(lifecycle.REQUEST_CHANGES, version, parse_hashes(packages), by, reason)


def decline_version(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str
) -> Event:
    """Decline a version for good: its owner can only discard it."""
    require_moderator(by)
    reason = _checked(_required(reason))
    return _decide(lifecycle.DECLINE, version, parse_hashes(packages), by, reason)


def _decide(
    change: lifecycle.Transition,
    version: Version,
    reviewed: frozenset[str],
    by: AnyUser,
    reason: str,
) -> Event:
    with lifecycle.transition(change, version=version, by=by, text=reason) as step:
        step.packages = check_unchanged(step.locked_version, reviewed)
    return step.recorded


def block_extension(*, extension: Extension, by: AnyUser, reason: str) -> Event:
    """Take an extension off the site; listings name it in their blocklist, with the reason."""
    require_moderator(by)
    reason = checked_text(_required(reason), field="reason", most=MOST_IN_A_BLOCK)
    with lifecycle.transition(lifecycle.BLOCK, extension=extension, by=by, text=reason) as step:
        step.extension.block_reason = reason
    return step.recorded


def unblock_extension(*, extension: Extension, by: AnyUser, reason: str = "") -> Event:
    """Lift a block: the status of the extension follows from its versions again."""
    require_moderator(by)
    reason = _checked(reason)
    with lifecycle.transition(lifecycle.UNBLOCK, extension=extension, by=by, text=reason) as step:
        pass
    return step.recorded


def _checked(reason: str) -> str:
    return checked_text(reason, field="reason", most=MOST_IN_A_REASON)


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput.of(
            "review.reason-missing",
            "the decision has no reason",
            hint="say what is wrong and what would help",
            where=Where(path=("reason",)),
        )
    return reason
