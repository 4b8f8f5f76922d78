"""Counts uses of a quota in the database, so that all processes of a site share it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from extery.core.errors import Refused
from extery_site.project.database import lock_transaction
from extery_site.project.setting_types import Rate
from extery_site.quotas.models import QuotaKind, QuotaUsage

#: Periods of quotas are not longer, so older rows have no effect.
MAX_PERIOD = timedelta(days=1)


class Growth(NamedTuple):
    """How many times as great the quota of an account is as that of a new one, and what makes it greater."""

    factor: int = 1
    next_factor: int | None = None
    missing: int = 0
    """How many more approved versions ``next_factor`` needs."""

    def values(self, limit: int) -> dict[str, Any]:
        """Return the values of a message about a limit that grows; none if it does not."""
        if self.next_factor is None:
            return {}
        return {"missing": self.missing, "next": limit // self.factor * self.next_factor}


NO_GROWTH = Growth()


@transaction.atomic
def use_quota(
    kind: QuotaKind, *, account: int | None, address: str | None, growth: Growth = NO_GROWTH
) -> None:
    """Count a use by an account and a client address; raises `Refused` if a quota is exceeded.

    In a transaction of the caller, the use counts only if that commits. ``address`` is ``None`` for
    calls that no client made, which have no quotas, and empty if it is unknown. ``account`` is ``None``
    for visitors without one. ``growth`` raises the quota of the account.
    """
    if address is None:
        return
    rates = _rates(kind, account, address, growth.factor)
    # The account first: with a fixed order no two transactions deadlock.
    for subject in rates:
        lock_transaction(f"quota {kind.value} {subject}")
    rows = {row.subject: row for row in QuotaUsage.objects.filter(kind=kind, subject__in=rates)}
    now = timezone.now()
    for subject, rate in rates.items():
        row = rows.setdefault(subject, QuotaUsage(kind=kind, subject=subject, started_at=now))
        if not row.started_at <= now < row.started_at + rate.period:
            row.number, row.started_at = 0, now
        if row.number >= rate.number:
            raise _exceeded(kind, subject, rate, row.started_at + rate.period, now, growth)
        row.number += 1
    for row in rows.values():
        row.save()


def _rates(kind: QuotaKind, account: int | None, address: str, factor: int) -> dict[str, Rate]:
    """Return the quotas that apply, by subject; kinds that are counted otherwise have a number."""
    rates: dict[str, Rate] = {}
    per_account = getattr(settings, f"EXTERY_{kind.value.upper()}_PER_ACCOUNT")
    per_address = getattr(settings, f"EXTERY_{kind.value.upper()}_PER_ADDRESS")
    if isinstance(per_account, Rate) and account is not None:
        number = per_account.number * factor
        rates[f"account {account}"] = replace(per_account, number=number)
    if isinstance(per_address, Rate) and address:
        digest = salted_hmac("extery.quotas", address, algorithm="sha256").hexdigest()
        rates[f"address {digest[:40]}"] = per_address
    return rates


def _exceeded(
    kind: QuotaKind, subject: str, rate: Rate, until: datetime, now: datetime, growth: Growth
) -> Refused:
    is_address = subject.startswith("address")
    grows: dict[str, Any] = {} if is_address else growth.values(rate.number)
    return Refused.of(
        "quota.exceeded",
        variant="address" if is_address else "grows" if grows else "",
        **grows,
        limit=rate.number,
        uses=kind.label,
        period=rate.unit,
        until=format_time(until),
        retry_after=seconds_until(until, now),
    )


def format_time(time: datetime) -> str:
    """Return a time in UTC for messages, rounded up to the minute."""
    minute = time.replace(second=0, microsecond=0)
    return f"{minute if minute == time else minute + timedelta(minutes=1):%Y-%m-%d %H:%M} UTC"


def seconds_until(time: datetime, now: datetime) -> int:
    """Return the value of Retry-After: whole seconds, at least 1."""
    return max(1, math.ceil((time - now).total_seconds()))


def delete_old_usage(*, now: datetime | None = None) -> int:
    """Delete rows whose period has ended; return their number."""
    before = (now or timezone.now()) - MAX_PERIOD
    # Sign-ins have a period of their own (`extery_site.accounts.tasks`).
    old = QuotaUsage.objects.filter(started_at__lt=before).exclude(kind=QuotaKind.SIGN_INS)
    return old.delete()[0]
