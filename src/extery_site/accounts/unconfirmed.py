"""Accounts whose e-mail address was never confirmed: they could never sign in, and expire.

How long they live is the setting ``EXTERY_UNCONFIRMED_LIFETIME``, with its default in `extery_site.project.site_settings`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet
from django.utils import timezone

from extery_site.accounts.models import User


def delete_unconfirmed(*, now: datetime | None = None) -> int:
    """Delete unconfirmed accounts after ``EXTERY_UNCONFIRMED_LIFETIME``; return their number.

    Only where confirmation is mandatory: elsewhere their users may sign in and publish.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        return 0
    lifetime: timedelta = settings.EXTERY_UNCONFIRMED_LIFETIME
    unconfirmed = _unconfirmed(before=(now or timezone.now()) - lifetime)
    return sum(_delete(unconfirmed, pk) for pk in unconfirmed.values_list("pk", flat=True))


def _unconfirmed(*, before: datetime) -> QuerySet[User]:
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(addresses),  # accounts that a command created have none
        ~Exists(addresses.filter(verified=True)),
        date_joined__lt=before,
        last_login=None,
        is_moderator=False,
        is_volunteer=False,
        is_staff=False,
        is_superuser=False,
    )


@transaction.atomic
def _delete(unconfirmed: QuerySet[User], pk: int) -> bool:
    """Delete an account unless its address has been confirmed in the meantime."""
    # Evaluated to lock the rows: a simultaneous confirmation waits, or is seen by the next query.
    list(EmailAddress.objects.select_for_update().filter(user=pk))
    user = unconfirmed.filter(pk=pk).first()
    if user is None:
        return False
    try:
        user.delete()
    except ProtectedError:
        return False
    return True
