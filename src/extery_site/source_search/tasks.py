"""Background tasks of the source search."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from extery_site.catalog.models import Version
from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE
from extery_site.source_search import indexing, running
from extery_site.source_search.models import Search

#: Versions that are indexed in a period, and the seconds after which a run ends: uploads come first.
VERSIONS_A_RUN = 200
SECONDS_A_RUN = 120.0
#: How long a search that was not saved stays.
SEARCH_LIFETIME = timedelta(days=7)


@task(queue_name=SLOW_QUEUE, atomic=False)
def index_packages_of(version_id: int) -> int:
    """Index the packages of a version that are not in the index, and return their number."""
    version = Version.objects.filter(pk=version_id).first()
    return indexing.index_version(version) if version else 0


@periodic(every=timedelta(minutes=10))
@task(queue_name=SLOW_QUEUE, priority=-10, atomic=False)
def index_missing_packages() -> int:
    """Index some of the packages that are not in the index, such as those of before it existed."""
    number, ends = 0, time.monotonic() + SECONDS_A_RUN
    for version_id in list(indexing.versions_to_index(limit=VERSIONS_A_RUN)):
        if time.monotonic() > ends:
            break
        version = Version.objects.filter(pk=version_id).first()
        number += indexing.index_version(version) if version else 0
    return number


@task(queue_name=SLOW_QUEUE, atomic=False, time_limit=timedelta(minutes=20))
def run_search(search_id: int, number: int) -> None:
    """Search for a regular expression in the texts that are new since its last run."""
    search = Search.objects.filter(pk=search_id, run=number).first()
    if search is not None:
        running.run(search)


@periodic(every=timedelta(days=1))
@task(queue_name=SLOW_QUEUE, atomic=False)
def remove_stale_sources() -> int:
    """Remove searches of a moment, and what no package contains any more; return the number of texts."""
    old = timezone.now() - SEARCH_LIFETIME
    Search.objects.filter(name="", used_at__lt=old).delete()
    return indexing.remove_stale()
