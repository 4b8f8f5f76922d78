"""Periodic clean-up of sessions, API tokens and unconfirmed accounts."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from extery_site.accounts import unconfirmed
from extery_site.accounts.models import ApiToken
from extery_site.project.tasks import periodic, task

#: Keeps tokens visible on the account page, so that users see why a program is refused.
KEEP_TOKENS = timedelta(days=30)


@periodic(every=timedelta(days=1))
@task()
def delete_expired_sessions() -> int:
    """Delete expired sessions; return their number."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


@periodic(every=timedelta(days=1))
@task()
def delete_expired_tokens() -> int:
    """Delete API tokens 30 days after they expired or were revoked; return their number."""
    before = timezone.now() - KEEP_TOKENS
    unusable = Q(expires_at__lt=before) | Q(revoked_at__lt=before)
    return ApiToken.objects.filter(unusable).delete()[0]


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def delete_unconfirmed_accounts() -> int:
    """Delete accounts whose e-mail address was not confirmed in time; return their number."""
    return unconfirmed.delete_unconfirmed()
