"""Who may do what. Each function raises the error that says why not."""

from __future__ import annotations

from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Refused
from extery_site.accounts.models import User

AnyUser = User | AnonymousUser


def is_person(user: AnyUser | None) -> TypeGuard[User]:
    """Whether somebody with an active account acts."""
    return user is not None and user.is_authenticated and user.is_active


def require_person(user: AnyUser | None) -> User:
    """Whoever signed in; raises `Refused` for anybody else."""
    if not is_person(user):
        raise Refused.of("account.sign-in", "this needs an account", hint="sign in and repeat it")
    return user


def may_moderate(user: AnyUser | None) -> bool:
    """Whether somebody decides what is public."""
    return is_person(user) and user.can_moderate


def require_moderator(user: AnyUser | None) -> User:
    """A moderator; raises `Refused` for anybody else."""
    person = require_person(user)
    if not may_moderate(person):
        raise Refused.of(
            "permission.moderator",
            "only moderators may do this",
            hint="ask a moderator",
        )
    return person
