"""Keeps the entries of the queue and the claims up to date: called with every event.

`extery_site.catalog.lifecycle` calls `update_entry`, because it is in
`extery_site.project.event_handlers`. What takes long is left to the tasks in `queue_tasks`.
"""

from __future__ import annotations

from extery_site.catalog.models import Event
from extery_site.moderation import claims, queue_tasks, risk, second_approval, waiting
from extery_site.moderation.models import QueueEntry
from extery_site.scanning import quarantine

_Kind = Event.Kind
#: Events after which the author's other versions are assessed again.
_HISTORY = frozenset({_Kind.APPROVED, _Kind.DECLINED, _Kind.BLOCKED})
_PACKAGES = frozenset({_Kind.UPLOADED, _Kind.REPLACED})
#: Events after which it is read again whether a package is in quarantine.
_QUARANTINE = frozenset({*_PACKAGES, _Kind.QUARANTINED, _Kind.RELEASED_FROM_QUARANTINE})


def update_entry(event: Event) -> None:
    """Update the entry and the claim of the version of an event, in its transaction."""
    version = event.version
    if event.kind in _HISTORY:
        queue_tasks.assess_versions_of.enqueue(event.extension.owner_id)
    if version is None:
        return
    second_approval.follow(event)
    if event.kind in _QUARANTINE:
        is_quarantined = quarantine.has_quarantined(version)
        QueueEntry.objects.filter(version=version).update(is_quarantined=is_quarantined)
    if event.kind in waiting.SIDES or event.kind in waiting.DISPUTES:
        entry = waiting.rebuild(version)
        if entry is not None and event.kind == _Kind.SUBMITTED:
            entry.version = version
            risk.refresh(entry)
            queue_tasks.measure_packages.enqueue(version.pk)
    elif event.kind in _PACKAGES and QueueEntry.objects.filter(version=version).exists():
        # The package of the event is stored after it: the task runs after the transaction.
        queue_tasks.measure_packages.enqueue(version.pk)
    is_closed = event.kind in waiting.SIDES and version.status not in waiting.OPEN
    # The second moderator has to claim it next.
    if is_closed or event.kind == _Kind.FIRST_APPROVED:
        claims.close(version, event.by)
    elif event.by is not None:
        claims.renew(version, event.by)


def follow_reports(extension_id: int) -> None:
    """Assess the versions of an extension in the queue again, after reports about it changed."""
    entries = QueueEntry.objects.filter(version__extension=extension_id)
    if entries.filter(version__status__in=waiting.ASSESSED).exists():
        queue_tasks.follow_reports.enqueue(extension_id)
