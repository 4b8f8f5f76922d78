"""Called with every event: the package of an upload is checked in a task."""

from __future__ import annotations

from extery_site.catalog.models import Event
from extery_site.scanning import scheduling
from extery_site.scanning.tasks import check_soon

_PACKAGES = frozenset({Event.Kind.UPLOADED, Event.Kind.REPLACED})


def check_packages(event: Event) -> None:
    """Make the packages of an upload due, in its transaction; the task runs after it."""
    if event.kind in _PACKAGES:
        check_soon(scheduling.make_due(event.packages))
