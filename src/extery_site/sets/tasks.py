"""Periodic tasks of sets: notifications of additions, and the numbers of followers."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.sets import announcing, following


@periodic(every=timedelta(minutes=5))
@task()
def announce_additions() -> int:
    """Notify followers of what was added to sets; return the number of sets."""
    return announcing.announce_additions()


@periodic(every=timedelta(hours=6))
@task()
def recount_followers() -> int:
    """Correct the numbers of followers; return how many were wrong."""
    return following.recount_followers()
