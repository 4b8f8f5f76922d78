"""The lock-out after wrong passwords, by client address and user name together.

An address with too many wrong passwords for a name cannot sign in with that name for a while. Other
addresses can, so a stranger cannot lock out a user, and the address can sign in with other
names. Attempts are counted in the database (`extery_site.quotas`), so that all processes of a site
share them, and deleted when they have no effect any more (`extery_site.accounts.tasks`).
"""

from __future__ import annotations

import unicodedata

from django.conf import settings

from extery.core.errors import Refused
from extery_site.accounts.emails import normalize_email
from extery_site.project.setting_types import Rate
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.rates import forget_uses, use_rate


def start_attempt(address: str, name: str) -> None:
    """Count an attempt before its password is checked; raises `Refused` if there were too many.

    It counts as wrong until `forget_attempts`, so that simultaneous attempts cannot pass the limit.
    """
    if not settings.EXTERY_RATE_LIMITS:
        return
    rate = Rate(settings.EXTERY_SIGN_IN_ATTEMPTS, settings.EXTERY_SIGN_IN_LOCK, "")
    seconds = use_rate(QuotaKind.SIGN_INS, _subject(address, name), rate)
    if seconds:
        raise Refused.of("request.rate-limited", variant="sign-in", retry_after=seconds)


def forget_attempts(address: str, name: str) -> None:
    """Forget the wrong passwords after a right one, or after a reset of the password."""
    forget_uses(QuotaKind.SIGN_INS, _subject(address, name))


def _subject(address: str, name: str) -> str:
    """Return what is locked. Not the account: that would show which names and addresses are one.

    All texts with which an account can sign in by one name, or by one e-mail address, are the same.
    """
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    return f"{address}\n{normalize_email(name) if '@' in folded else folded}"
