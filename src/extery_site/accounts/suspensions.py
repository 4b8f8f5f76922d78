"""Suspending users for a time, and lifting a suspension early.

A suspended user can sign in and read, also with API tokens; `extery_site.accounts.permissions` refuses
every change. A suspension lifts itself at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused, Where
from extery_site.accounts.locking import lock_user
from extery_site.accounts.models import MAX_SUSPENSION_REASON_LENGTH, Suspension, User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.accounts.reasons import clean_reason
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry

#: The longest suspension.
MAX_SUSPENSION = timedelta(days=3 * 365)


@transaction.atomic
def suspend_user(*, user: User, by: AnyUser, reason: str, ends_at: datetime) -> Suspension:
    """Let a user read only until ``ends_at``; the user reads the reason.

    Raises `Refused` for moderators and the own account, `Conflict` for a user who is suspended
    already, and `InvalidInput` for an empty reason and an end in the past or in more than three years.
    """
    moderator = require_moderator(by)
    reason = _clean_reason(reason)
    now = timezone.now()
    if not now < ends_at <= now + MAX_SUSPENSION:
        raise InvalidInput.of(
            "account.suspension-end",
            where=Where(path=("ends_at",)),
            ends_at=f"{ends_at:%Y-%m-%d %H:%M}",
            latest=f"{now + MAX_SUSPENSION:%Y-%m-%d}",
        )
    user = lock_user(user)
    if user.pk == moderator.pk:
        raise Refused.of("account.cannot-suspend", variant="own", name=user.username)
    if user.can_moderate:
        raise Refused.of("account.cannot-suspend", name=user.username)
    if user.is_suspended:
        raise Conflict.of(
            "account.already-suspended",
            name=user.username,
            until=f"{user.suspended_until:%Y-%m-%d %H:%M} UTC",
        )
    user.suspended_until = ends_at
    user.save(update_fields=["suspended_until"])
    # A suspension that has ended by itself is no longer the current one.
    user.suspensions.filter(lifted_at=None).update(lifted_at=now)
    suspension = Suspension.objects.create(user=user, by=moderator, reason=reason, ends_at=ends_at)
    details = {"until": ends_at.isoformat(timespec="seconds")}
    _record(Action.SUSPENDED, suspension, moderator, reason, details)
    return suspension


@transaction.atomic
def lift_suspension(*, user: User, by: AnyUser, reason: str) -> Suspension:
    """End the suspension of a user before its end; raises `Conflict` if there is none."""
    moderator = require_moderator(by)
    reason = _clean_reason(reason)
    user = lock_user(user)
    suspension = user.suspensions.filter(lifted_at=None).first()
    if not user.is_suspended or suspension is None:
        raise Conflict.of("account.not-suspended", name=user.username)
    user.suspended_until = None
    user.save(update_fields=["suspended_until"])
    suspension.lifted_at = timezone.now()
    suspension.lifted_by = moderator
    suspension.lift_reason = reason
    suspension.save()
    _record(Action.SUSPENSION_LIFTED, suspension, moderator, reason, {})
    return suspension


def current_suspension(user: User) -> Suspension | None:
    """Return the suspension that holds now, or ``None``."""
    return user.suspensions.filter(lifted_at=None).first() if user.is_suspended else None


def _record(
    action: Action, suspension: Suspension, by: User, reason: str, details: Mapping[str, str]
) -> None:
    write_entry(
        action,
        by=by,
        person=suspension.user,
        path=reverse("catalog:author", args=[suspension.user.username]),
        text=reason,
        details=details,
        source=f"{'suspension' if action is Action.SUSPENDED else 'lift'} {suspension.pk}",
    )


def _clean_reason(reason: str) -> str:
    code = "account.suspension-reason-missing"
    return clean_reason(reason, code=code, max_length=MAX_SUSPENSION_REASON_LENGTH)
