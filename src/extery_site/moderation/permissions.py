"""What moderators and volunteers may do with a version; the ``require_…`` functions raise `Refused`."""

from __future__ import annotations

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_triage, require_user
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.own_work import may_decide, require_work_of_others

__all__ = ["may_read_notes", "may_triage", "require_triage"]


def may_read_notes(user: AnyUser | None, extension: Extension) -> bool:
    """Whether ``user`` may read internal notes: moderators and volunteers, but not about their own extension."""
    return user is not None and may_triage(user) and may_decide(user, extension)


def require_triage(
    user: AnyUser | None, extension: Extension, version: Version | None = None
) -> User:
    """Return the moderator or volunteer.

    Raises `Refused` for other users, and for work of their own.
    """
    signed_in = require_user(user)
    if not may_triage(signed_in):
        raise Refused.of("permission.staff-only")
    require_work_of_others(signed_in, extension, version)
    return signed_in
