"""Sign-ins of moderators, volunteers and staff in the audit log."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.audit.actions import Action
from extery_site.audit.models import AuditEntry
from extery_site.audit.recording import write_entry

#: Wrong passwords of an account that are recorded in an hour; more would only fill the table.
MAX_FAILURES = 20


def has_role(user: User) -> bool:
    """Whether sign-ins of a user are recorded."""
    return user.can_triage or (user.is_active and user.is_staff)


def record_sign_in(user: User, *, address: str) -> None:
    """Record a sign-in of a user with a role; ``address`` is that of the client."""
    if has_role(user):
        write_entry(Action.SIGNED_IN, by=user, details={"address": address})


def record_wrong_password(name: str, *, address: str) -> None:
    """Record a wrong password for the user name of a user with a role.

    Not for an e-mail address: the time of the response would show whose it is.
    """
    user = User.objects.filter(username__iexact=name).first()
    if user is None or not has_role(user):
        return
    since = timezone.now() - timedelta(hours=1)
    recent = AuditEntry.objects.filter(
        action=Action.SIGN_IN_FAILED, person_id=user.pk, created_at__gte=since
    )
    if recent.count() < MAX_FAILURES:
        write_entry(
            Action.SIGN_IN_FAILED,
            by=None,
            person=user,
            details={"address": address},
        )
