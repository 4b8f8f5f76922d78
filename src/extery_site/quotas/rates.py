"""Rates of subjects that are neither accounts nor client addresses, such as sign-ins with a name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from extery_site.project.database import lock_transaction
from extery_site.project.setting_types import Rate
from extery_site.quotas.models import QuotaKind, QuotaUsage
from extery_site.quotas.usage import seconds_until


@transaction.atomic
def use_rate(kind: QuotaKind, subject: str, rate: Rate) -> int:
    """Count a use by a subject, of which a keyed hash is stored; return 0.

    If the subject has no use left, return the seconds until it has one, and count nothing.
    """
    key = _hash(subject)
    lock_transaction(f"rate {kind.value} {key}")
    now = timezone.now()
    row = QuotaUsage.objects.filter(kind=kind, subject=key).first()
    if row is None:
        row = QuotaUsage(kind=kind, subject=key, started_at=now)
    if not row.started_at <= now < row.started_at + rate.period:
        row.number, row.started_at = 0, now
    if row.number >= rate.number:
        return seconds_until(row.started_at + rate.period, now)
    row.number += 1
    row.save()
    return 0


def forget_uses(kind: QuotaKind, subject: str) -> None:
    """Forget the uses by a subject."""
    QuotaUsage.objects.filter(kind=kind, subject=_hash(subject)).delete()


def delete_old_uses(kind: QuotaKind, period: timedelta, *, now: datetime | None = None) -> int:
    """Delete the uses of a kind whose period has ended; return their number."""
    before = (now or timezone.now()) - period
    return QuotaUsage.objects.filter(kind=kind, started_at__lte=before).delete()[0]


def _hash(subject: str) -> str:
    return salted_hmac("extery.rates", subject, algorithm="sha256").hexdigest()
