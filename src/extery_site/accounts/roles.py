"""Roles of accounts: granted and revoked by commands and in the admin, and recorded in the audit log."""

from __future__ import annotations

from django.db import transaction

from extery_site.accounts.locking import lock_user
from extery_site.accounts.models import User
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry

#: The fields of `User` that are roles, and their names.
ROLES = {
    "is_volunteer": "volunteer",
    "is_moderator": "moderator",
    "is_staff": "staff",
    "is_superuser": "superuser",
}


@transaction.atomic
def set_role(*, user: User, role: str, granted: bool, by: User | None) -> bool:
    """Grant or revoke a role, a name of `ROLES`; whether that changed anything.

    ``by`` is empty for a command. The caller checks that ``by`` may do it: superusers in the admin.
    """
    locked = lock_user(user)
    if getattr(locked, role) == granted:
        return False
    setattr(locked, role, granted)
    locked.save(update_fields=[role])
    setattr(user, role, granted)
    record_role(user=locked, role=role, granted=granted, by=by)
    return True


def record_role(*, user: User, role: str, granted: bool, by: User | None) -> None:
    """Record that a role was granted or revoked."""
    action = Action.ROLE_GRANTED if granted else Action.ROLE_REVOKED
    write_entry(action, by=by, person=user, subject=ROLES[role], details={"role": ROLES[role]})
