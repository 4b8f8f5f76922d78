"""E-mails about accounts; periodic clean-up of sessions, tokens, sign-ins, unconfirmed accounts."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from extery_site.accounts import mails, unconfirmed
from extery_site.accounts.models import ApiToken
from extery_site.project.tasks import RetryPolicy, periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.rates import delete_old_uses

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


@periodic(every=timedelta(minutes=10))
@task()
def delete_old_sign_in_attempts() -> int:
    """Delete wrong passwords that no longer count; return the number of names and addresses."""
    return delete_old_uses(QuotaKind.SIGN_INS, settings.EXTERY_SIGN_IN_LOCK)


# Not atomic: no transaction is open while a mail server answers. A priority above that of images.
@task(atomic=False, queue_name=SLOW_QUEUE, priority=10, retry=RetryPolicy(max_attempts=8))
def write_to_new_address(address: int, signup: bool, base: str) -> None:
    """Send the mail about an address that an account was given."""
    mails.write_to_new_address(address, signup=signup, base=base)


@task(atomic=False, queue_name=SLOW_QUEUE, priority=10, retry=RetryPolicy(max_attempts=8))
def write_password_reset(email: str, base: str) -> None:
    """Send the mail that a request for a new password causes."""
    mails.write_password_reset(email, base=base)
