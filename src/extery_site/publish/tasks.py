"""Periodic deletion: of drafts that were not submitted in time, and of what owners have deleted."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.publish import deletion, expiry, uploads


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def delete_expired_drafts() -> int:
    """Delete versions that were not submitted in time; return their number."""
    return expiry.expire_drafts()


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def delete_expired_uploads() -> int:
    """Delete uploads that no one went on with, and their bytes; return their number."""
    return uploads.expire_uploads()


@periodic(every=timedelta(minutes=10))
@task(atomic=False)
def delete_planned_extensions() -> int:
    """Delete extensions whose owner planned it; return their number."""
    return deletion.delete_planned()


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def erase_deleted_extensions() -> int:
    """Erase the content of extensions that cannot be restored any more; return their number."""
    return deletion.erase_deleted()
