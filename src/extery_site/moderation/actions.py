"""What moderators decide: permission, change, record, and a new revision of the listings.

A decision on a version names the packages that the moderator saw (``packages``: the SHA-256 of
each) and raises `Conflict` if the version has any others.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, Corrupt, InvalidInput, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_moderate, require_moderator
from extery_site.catalog.actions import record, refresh_newest, sync_status
from extery_site.catalog.models import Activity, Extension, Version
from extery_site.catalog.text_limits import MOST_IN_A_BLOCK, MOST_IN_A_REASON, checked_text
from extery_site.listings.actions import increment_revision
from extery_site.moderation.models import Decision
from extery_site.moderation.package_hashes import (
    check_stored_files,
    check_unchanged,
    parse_hashes,
)

__all__ = [
    "approve_version",
    "block_extension",
    "decline_version",
    "may_moderate",
    "request_changes",
    "unblock_extension",
]


def approve_version(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str = ""
) -> Decision:
    """Publish a version that waits for review.

    Raises `Corrupt` if a stored file does not have the bytes that are approved.
    """
    moderator = require_moderator(by)
    reviewed = parse_hashes(packages)
    # Before the transaction: nobody else could write while large files are read.
    try:
        check_stored_files(version, reviewed)
    except Corrupt:
        # A file that is missing because the version was discarded meanwhile is no damage.
        with transaction.atomic():
            check_unchanged(_waiting(version)[0], reviewed)
        raise
    with transaction.atomic():
        version, extension = _waiting(version)
        hashes = check_unchanged(version, reviewed)
        version.status = Version.Status.APPROVED
        version.approved_at = timezone.now()
        version.save()
        extension.status = Extension.Status.APPROVED
        refresh_newest(extension)
        increment_revision()
        return _decide(
            Decision.Kind.APPROVED, extension, moderator, reason, version=version, packages=hashes
        )


def request_changes(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str
) -> Decision:
    """Give a version back to its owner, with what to change."""
    return _refuse(
        version,
        packages,
        by,
        reason,
        Version.Status.CHANGES_REQUESTED,
        Decision.Kind.CHANGES_REQUESTED,
    )


def decline_version(
    *, version: Version, packages: Collection[str], by: AnyUser, reason: str
) -> Decision:
    """Refuse a version for good: its owner cannot change or submit it, only discard it."""
    return _refuse(version, packages, by, reason, Version.Status.DECLINED, Decision.Kind.DECLINED)


@transaction.atomic
def _refuse(
    version: Version,
    packages: Collection[str],
    by: AnyUser,
    reason: str,
    status: Version.Status,
    kind: Decision.Kind,
) -> Decision:
    """Take a version out of the queue without publishing it."""
    moderator = require_moderator(by)
    reason = _required(reason)
    reviewed = parse_hashes(packages)
    version, extension = _waiting(version)
    hashes = check_unchanged(version, reviewed)
    version.status = status
    version.save()
    sync_status(extension)
    return _decide(kind, extension, moderator, reason, version=version, packages=hashes)


@transaction.atomic
def block_extension(*, extension: Extension, by: AnyUser, reason: str) -> Decision:
    """Take an extension off the site and tell every Blender that has it, with the reason."""
    moderator = require_moderator(by)
    reason = _required(reason)
    reason = checked_text(reason, field="reason", most=MOST_IN_A_BLOCK)
    extension = Extension.objects.select_for_update().get(pk=extension.pk)
    if extension.is_blocked:
        raise Conflict.of("review.wrong-state", f"{extension.name} is blocked already")
    extension.status = Extension.Status.BLOCKED
    extension.block_reason = reason
    extension.save()
    increment_revision()
    return _decide(Decision.Kind.BLOCKED, extension, moderator, reason)


@transaction.atomic
def unblock_extension(*, extension: Extension, by: AnyUser, reason: str = "") -> Decision:
    """Lift a block: the extension is again what its versions make it."""
    moderator = require_moderator(by)
    extension = Extension.objects.select_for_update().get(pk=extension.pk)
    if not extension.is_blocked:
        raise Conflict.of("review.wrong-state", f"{extension.name} is not blocked")
    extension.block_reason = ""
    extension.status = Extension.Status.DRAFT
    sync_status(extension)
    refresh_newest(extension)
    increment_revision()
    return _decide(Decision.Kind.UNBLOCKED, extension, moderator, reason)


def _waiting(version: Version) -> tuple[Version, Extension]:
    """The version and its extension as they are now, locked; both wait for a decision."""
    # In the order in which every action locks them, so that no two wait for each other.
    extension = Extension.objects.select_for_update().filter(pk=version.extension_id).first()
    found = Version.objects.select_for_update().filter(pk=version.pk).first()
    if extension is None or found is None:
        raise Conflict.of(
            "review.version-gone",
            f"version {version.number} was discarded meanwhile",
            hint="load the page again to see what happened",
        )
    version, version.extension = found, extension
    if extension.is_blocked:
        raise Conflict.of(
            "review.wrong-state", f"{extension.name} is blocked", hint="lift the block first"
        )
    if version.status != Version.Status.IN_REVIEW:
        raise Conflict.of(
            "review.wrong-state",
            f"{version} does not wait for review, it is: {version.get_status_display()}",
            hint="load the page again to see what happened",
        )
    return version, extension


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


def _decide(
    kind: Decision.Kind,
    extension: Extension,
    by: User,
    reason: str,
    *,
    version: Version | None = None,
    packages: Collection[str] = (),
) -> Decision:
    reason = checked_text(reason, field="reason", most=MOST_IN_A_REASON)
    record(extension, Activity.Kind(kind.value), by=by, version=version, text=reason)
    return Decision.objects.create(
        extension=extension,
        version=version,
        by=by,
        kind=kind,
        reason=reason,
        packages=list(packages),
    )
