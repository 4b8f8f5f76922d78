"""Background tasks of the catalogue."""

from __future__ import annotations

from datetime import timedelta

from extery_site.catalog import followed_searches, search_documents, search_popular
from extery_site.catalog.images import make_variants
from extery_site.catalog.rising import find_rising
from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE
from extery_site.search import word_counts

__all__ = [
    "count_search_words",
    "index_outdated_extensions",
    "make_variants",
    "mark_popular_extensions",
    "notify_of_searches",
]


@periodic(every=timedelta(minutes=10))
@task(queue_name=SLOW_QUEUE, priority=-10, atomic=False, time_limit=timedelta(minutes=30))
def index_outdated_extensions() -> int:
    """Write the texts of the search that are missing or outdated, such as all of them after an upgrade."""
    return search_documents.index_outdated()


@periodic(every=timedelta(minutes=1))
@task(queue_name=SLOW_QUEUE, priority=-10, atomic=False, time_limit=timedelta(minutes=30))
def count_search_words() -> int:
    """Count the words of new texts, with which the search corrects typing errors."""
    return word_counts.count_new()


@periodic(every=timedelta(hours=1))
@task(queue_name=SLOW_QUEUE, priority=-10, time_limit=timedelta(minutes=10))
def find_rising_extensions() -> int:
    """Compare the downloads of the last two weeks, for the start page."""
    return find_rising()


@periodic(every=timedelta(hours=1))
@task(queue_name=SLOW_QUEUE, priority=-10, atomic=False, time_limit=timedelta(minutes=30))
def mark_popular_extensions() -> int:
    """Mark the most downloaded extensions, which are searched first."""
    return search_popular.update_popular()


@periodic(every=timedelta(days=1))
@task(queue_name=SLOW_QUEUE, priority=-10, time_limit=timedelta(minutes=30))
def notify_of_searches() -> int:
    """Notify those who follow a search of new extensions that match."""
    return followed_searches.notify_followers()
