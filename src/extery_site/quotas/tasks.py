"""Periodic clean-up of the uses of quotas and of the cache."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from extery_site.project.tasks import periodic, task
from extery_site.quotas import usage
from extery_site.quotas.models import CachedValue


@periodic(every=timedelta(hours=1))
@task()
def delete_old_quota_usage() -> int:
    """Delete the uses of quotas whose period has ended; return their number."""
    return usage.delete_old_usage()


@periodic(every=timedelta(minutes=10))
@task()
def delete_expired_cache() -> int:
    """Delete the values of the cache that have expired; return their number."""
    return CachedValue.objects.filter(expires__lt=timezone.now()).delete()[0]
