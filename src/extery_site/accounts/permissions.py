"""Permission checks. The ``require_…`` functions raise `Refused`.

Actions that change anything call `require_user` or `require_moderator`, which refuse suspended users
in one place. Pages that only read call `require_signed_in`.
"""

from __future__ import annotations

from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from extery.core.errors import Refused
from extery_site.accounts.models import User

AnyUser = User | AnonymousUser


def is_active_user(user: AnyUser | None) -> TypeGuard[User]:
    """Whether ``user`` is signed in with an active account."""
    return user is not None and user.is_authenticated and user.is_active


def require_signed_in(user: AnyUser | None) -> User:
    """Return the signed-in user, who may read; raises `Refused` for an anonymous or inactive user."""
    if not is_active_user(user):
        raise Refused.of("account.sign-in-required")
    return user


def require_user(user: AnyUser | None) -> User:
    """Return the signed-in user, who may make changes.

    Raises `Refused` for an anonymous, inactive or suspended user.
    """
    signed_in = require_signed_in(user)
    if signed_in.is_suspended:
        raise _suspended(signed_in)
    return signed_in


def _suspended(user: User) -> Refused:
    suspension = user.suspensions.filter(lifted_at=None).first()
    return Refused.of(
        "account.suspended",
        until=f"{user.suspended_until:%Y-%m-%d %H:%M} UTC",
        reason=suspension.reason if suspension else "",
    )


def may_moderate(user: AnyUser | None) -> bool:
    """Whether ``user`` is an active moderator."""
    return is_active_user(user) and user.can_moderate


def active_moderators() -> QuerySet[User]:
    """Return all users who `may_moderate`."""
    return User.objects.filter(Q(is_moderator=True) | Q(is_superuser=True), is_active=True)


def may_triage(user: AnyUser | None) -> bool:
    """Whether ``user`` is an active volunteer or moderator."""
    return is_active_user(user) and user.can_triage


def require_moderator(user: AnyUser | None) -> User:
    """Return the moderator; raises `Refused` for every other user."""
    signed_in = require_user(user)
    if not may_moderate(signed_in):
        raise Refused.of("permission.moderator-only")
    return signed_in
