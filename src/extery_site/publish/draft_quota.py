"""The limits of drafts: those that an account has, and the new ones of a client address."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.catalog.trust import trust_of
from extery_site.project.database import lock_transaction
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import format_time, seconds_until, use_quota


def use_draft(user: User, *, address: str | None) -> None:
    """Count a new draft, in the transaction that creates it; raises `Refused` for one too many.

    ``address`` is that of `extery_site.quotas.usage.use_quota`.
    """
    base: int | None = settings.EXTERY_DRAFTS_PER_ACCOUNT
    if address is None:
        return
    growth = trust_of(user.pk).growth
    if base is not None:
        limit = base * growth.factor
        # Until this transaction ends, no other one creates a draft of this user.
        lock_transaction(f"drafts of {user.pk}")
        drafts = Version.objects.filter(extension__owner=user, expires_at__isnull=False)
        times = list(drafts.order_by("expires_at").values_list("expires_at", flat=True))
        if len(times) >= limit and (oldest := times[0]) is not None:
            grows = growth.values(limit)
            raise Refused.of(
                "quota.drafts-exceeded",
                variant="grows" if grows else "",
                **grows,
                number=len(times),
                limit=limit,
                until=format_time(oldest),
                retry_after=seconds_until(oldest, timezone.now()),
            )
    use_quota(QuotaKind.DRAFTS, account=user.pk, address=address, growth=growth)


def use_grown_quota(kind: QuotaKind, *, account: int, address: str | None) -> None:
    """Count a use of a quota that grows with the approved work of the account, as `use_quota` does."""
    if address is not None:
        use_quota(kind, account=account, address=address, growth=trust_of(account).growth)
