"""The periodic deletion of drafts that were not submitted in time."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.publish import expiry


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def delete_expired_drafts() -> int:
    """Delete versions that were not submitted in time; return their number."""
    return expiry.expire_drafts()
