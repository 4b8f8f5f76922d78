"""The time between the approval of a later version and its publication, and the task that ends it.

Versions that were approved wait for `waiting_time`; `publish_due` makes them public on time, also
if no worker ran for a while, and each once: the transition checks the status under its lock.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from extery.core.errors import Conflict, Corrupt, InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.catalog import lifecycle, locking, transitions
from extery_site.catalog.models import Event, Version
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.listings.entries import render_entry
from extery_site.moderation.risk import Risk, assess

logger = logging.getLogger(__name__)


def waiting_time(version: Version, risk: Risk | None = None) -> timedelta:
    """Return how long a version waits after its approval; no time for the first one of an extension.

    Its risk chooses between the times of `EXTERY_COOL_DOWN_LOW`, `EXTERY_COOL_DOWN` and
    `EXTERY_COOL_DOWN_HIGH`.
    """
    if settings.EXTERY_LATER_VERSIONS == "review" or version.extension.newest_version_id is None:
        return timedelta(0)
    times: dict[str, timedelta] = {
        "low": settings.EXTERY_COOL_DOWN_LOW,
        "middle": settings.EXTERY_COOL_DOWN,
        "high": settings.EXTERY_COOL_DOWN_HIGH,
    }
    return times[(risk or assess(version)).level]


def check_listable(version: Version) -> None:
    """Raise `Corrupt` if the listing cannot have the version: its approval is the time to say so."""
    for package in version.packages.all():
        package.version = version
        render_entry(package)


def publish_early(*, version: Version, by: AnyUser, reason: str) -> Event:
    """Make an approved version public before its time, for a reason, such as a hole in security."""
    require_moderator(by)
    reason = _clean_reason(reason)
    with lifecycle.transition(
        transitions.PUBLISH_EARLY, version=version, by=by, text=reason
    ) as pending:
        pending.packages = pending.version.package_hashes
    return pending.event


def stop_publication(*, version: Version, by: AnyUser, reason: str) -> Event:
    """Return an approved version that is not public yet to the queue, for a reason."""
    require_moderator(by)
    reason = _clean_reason(reason)
    with lifecycle.transition(transitions.STOP, version=version, by=by, text=reason) as pending:
        pass
    return pending.event


def publish_due(*, now: datetime | None = None) -> int:
    """Publish all versions that a moderator approved and whose time has come; returns their number.

    Those of a blocked extension wait until it is unblocked.
    """
    now = now or timezone.now()
    due = Version.objects.due(now).filter(is_unreviewed=False)
    return sum(_publish(version, now) for version in due)


def _publish(version: Version, now: datetime) -> bool:
    """Publish a version; whether it was: another worker or a user may have been faster."""
    try:
        with lifecycle.transition(transitions.PUBLISH, version=version, by=None) as pending:
            public_at = pending.version.public_at
            if public_at is None or public_at > now:
                raise locking.wrong_status(pending.version, transitions.PUBLISH.role)
            pending.packages = pending.version.package_hashes
    except (Conflict, NotFound):
        return False
    except Corrupt:
        logger.exception("%s was not published", version)
        return False
    return True


def end_holds(*, now: datetime | None = None) -> int:
    """Return versions to the queue whose day has come; returns their number."""
    today = timezone.localdate(now or timezone.now())
    due = Version.objects.filter(status=Version.Status.ON_HOLD, held_until__lte=today)
    held = due.select_related("extension").order_by("held_until", "pk")
    return sum(_end_hold(version, today) for version in held)


def _end_hold(version: Version, today: date) -> bool:
    try:
        with lifecycle.transition(transitions.END_HOLD, version=version, by=None) as pending:
            until = pending.version.held_until
            if until is None or until > today:
                raise locking.wrong_status(pending.version, transitions.END_HOLD.role)
    except (Conflict, NotFound):
        return False
    return True


def _clean_reason(reason: str) -> str:
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    if not reason:
        raise InvalidInput.of("review.reason-missing", where=Where(path=("reason",)))
    return reason
