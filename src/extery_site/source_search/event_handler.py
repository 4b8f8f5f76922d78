"""Called with every event: new packages are indexed by a task, because reading them takes long."""

from __future__ import annotations

from extery_site.catalog.models import Event
from extery_site.source_search.tasks import index_packages_of

_PACKAGES = frozenset({Event.Kind.UPLOADED, Event.Kind.REPLACED})


def index_packages(event: Event) -> None:
    """Index the packages of a version after an upload."""
    if event.kind in _PACKAGES and event.version is not None:
        # The package of the event is stored after it: the task runs after the transaction.
        index_packages_of.enqueue(event.version.pk)
