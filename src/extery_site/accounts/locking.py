"""The lock of a user's row, under which actions about an account happen one after the other."""

from __future__ import annotations

from extery.core.errors import NotFound
from extery_site.accounts.models import User


def lock_user(user: User) -> User:
    """Return the current row of a user, locked; raises `NotFound` if the account was deleted."""
    locked = User.objects.select_for_update().filter(pk=user.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="deleted", name=user.username)
    return locked
