"""Claims of versions by moderators: claim, release, take over.

A claim expires two hours after the last action of its moderator on the version. It keeps two
moderators from reviewing one version at the same time; decisions check their own conditions.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.catalog.locking import (
    lock_extension_of,
    lock_version,
    require_not_blocked,
    wrong_status,
)
from extery_site.catalog.models import Version
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.subjects import review_subject
from extery_site.catalog.transitions import Role
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.models import Claim
from extery_site.moderation.waiting import OPEN
from extery_site.notify.actions import notify

#: How long a claim lasts after the last action of its moderator.
LIFETIME = timedelta(hours=2)


@transaction.atomic
def claim(*, version: Version, by: AnyUser) -> Claim:
    """Claim a version, or renew the own claim.

    Raises `Conflict` if another moderator was faster, or the version is not in the queue.
    """
    moderator = require_moderator(by)
    version = _lock(version, moderator)
    current = _current_claim(version)
    if current is None:
        return _start(version, moderator)
    if current.by_id == moderator.pk:
        return _renew(current)
    raise _claimed(version, current)


@transaction.atomic
def take_over(*, version: Version, by: AnyUser, claim: int | None = None) -> Claim:
    """End the claim of another moderator, who is notified, and claim the version.

    ``claim`` is the key of the claim that the page showed: raises `Conflict` if yet another
    moderator has claimed the version since then.
    """
    moderator = require_moderator(by)
    version = _lock(version, moderator)
    current = _current_claim(version)
    if current is not None and current.by_id == moderator.pk:
        return _renew(current)
    if current is not None:
        if claim is not None and current.pk != claim:
            raise _claimed(version, current)
        _end(current, Claim.End.TAKEN_OVER, by=moderator)
        subject = review_subject(version.extension, version.number)
        notify("claim_taken_over", to=[current.by], subject=subject, by=moderator)
        record_action(Action.CLAIM_TAKEN_OVER, by=moderator, version=version, person=current.by)
        return _create(version, moderator)
    return _start(version, moderator)


@transaction.atomic
def release(*, version: Version, by: AnyUser) -> None:
    """End the own claim of a version; does nothing without one.

    Raises `Conflict` if it is another moderator's.
    """
    moderator = require_moderator(by)
    # Also a version that has left the queue: its claim may have remained.
    version = lock_version(version, lock_extension_of(version), Role.MODERATOR)
    current = _current_claim(version)
    if current is None:
        return
    if current.by_id != moderator.pk:
        raise _claimed(version, current)
    _end(current, Claim.End.RELEASED, by=moderator)
    record_action(Action.CLAIM_RELEASED, by=moderator, version=version)


def current_claim(version: Version) -> Claim | None:
    """Return the claim of a version that has neither ended nor expired."""
    return Claim.objects.current().filter(version=version).select_related("by").first()


def require_unclaimed(version: Version, by: User) -> None:
    """Raise `Conflict` if another moderator has claimed the version."""
    current = current_claim(version)
    if current is not None and current.by_id != by.pk:
        raise _claimed(version, current)


def renew(version: Version, by: User) -> None:
    """Renew the claim of ``by``, who has acted on the version, if there is one."""
    Claim.objects.current().filter(version=version, by=by).update(expires_at=_expiry())


def close(version: Version, by: User | None) -> None:
    """End the claim of a version that has left the queue."""
    for claim in Claim.objects.filter(version=version, ended_at=None):
        _end(claim, Claim.End.CLOSED, by=by)


def _lock(version: Version, moderator: User) -> Version:
    """Return the current version, locked; raises `Conflict` if it cannot be claimed."""
    extension = lock_extension_of(version)
    require_work_of_others(moderator, extension, version)
    require_not_blocked(extension, Role.MODERATOR)
    version = lock_version(version, extension, Role.MODERATOR)
    if version.status not in OPEN:
        raise wrong_status(version, Role.MODERATOR)
    return version


def _current_claim(version: Version) -> Claim | None:
    """Return the claim of a locked version; ends one that has expired."""
    claims = Claim.objects.select_for_update(of=("self",)).select_related("by")
    claim = claims.filter(version=version, ended_at=None).first()
    if claim is not None and not claim.is_current:
        _end(claim, Claim.End.EXPIRED, by=None)
        return None
    return claim


def _start(version: Version, by: User) -> Claim:
    record_action(Action.CLAIMED, by=by, version=version)
    return _create(version, by)


def _create(version: Version, by: User) -> Claim:
    return Claim.objects.create(version=version, by=by, expires_at=_expiry())


def _renew(claim: Claim) -> Claim:
    claim.expires_at = _expiry()
    claim.save()
    return claim


def _end(claim: Claim, end: Claim.End, *, by: User | None) -> None:
    claim.end, claim.ended_by = end, by
    claim.ended_at = claim.expires_at if end is Claim.End.EXPIRED else timezone.now()
    claim.save()


def _claimed(version: Version, claim: Claim) -> Conflict:
    seconds = int((timezone.now() - claim.claimed_at).total_seconds())
    return Conflict.of(
        "review.claimed",
        variant="faster" if seconds < 60 else "",
        ago=f"{seconds} seconds" if seconds > 1 else "one second",
        moderator=claim.by.display_name,
        extension=version.extension.name,
        version=version.number,
        until=f"{claim.expires_at:%H:%M} UTC",
    )


def _expiry() -> datetime:
    return timezone.now() + LIFETIME
