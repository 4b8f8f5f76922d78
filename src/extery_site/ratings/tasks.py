"""The background task of ratings: the daily average of the site."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.ratings import summaries


@periodic(every=timedelta(days=1))
@task()
def update_site_average() -> int:
    """Update the average of the site and, if it has changed, of each extension; return their number."""
    return summaries.update_site_average()
