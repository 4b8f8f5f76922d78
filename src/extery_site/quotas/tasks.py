"""Periodic clean-up of the uses of quotas."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.quotas import usage


@periodic(every=timedelta(hours=1))
@task()
def delete_old_quota_usage() -> int:
    """Delete the uses of quotas whose period has ended; return their number."""
    return usage.delete_old_usage()
