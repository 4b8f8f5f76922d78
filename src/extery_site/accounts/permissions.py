"""Permission checks. The ``require_…`` functions raise `Refused`."""

from __future__ import annotations

from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Refused
from extery_site.accounts.models import User

AnyUser = User | AnonymousUser


def is_active_user(user: AnyUser | None) -> TypeGuard[User]:
    """Whether ``user`` is signed in with an active account."""
    return user is not None and user.is_authenticated and user.is_active


def require_user(user: AnyUser | None) -> User:
    """Return the signed-in user; raises `Refused` for an anonymous or inactive user."""
    if not is_active_user(user):
        raise Refused.of("account.sign-in-required")
    return user


def may_moderate(user: AnyUser | None) -> bool:
    """Whether ``user`` is an active moderator."""
    return is_active_user(user) and user.can_moderate


def require_moderator(user: AnyUser | None) -> User:
    """Return the moderator; raises `Refused` for every other user."""
    signed_in = require_user(user)
    if not may_moderate(signed_in):
        raise Refused.of("permission.moderator-only")
    return signed_in
