"""Writes each event of an extension to the audit log: an event handler."""

from __future__ import annotations

from extery_site.audit.actions import event_action
from extery_site.audit.recording import write_entry
from extery_site.catalog.models import Event
from extery_site.catalog.own_work import authors_of


def record_event(event: Event) -> None:
    """Add a row for an event.

    The text of a comment stays out of it: it can be edited and removed. An internal note is withheld
    from those whose work it is about, who cannot read it either.
    """
    extension = event.extension
    owner = extension.owner
    write_entry(
        event_action(event.kind),
        by=event.by,
        person=owner if owner.pk != event.by_id else None,
        extension=extension,
        version=event.version_number,
        path=extension.get_absolute_url(),
        text="" if event.is_comment else event.text,
        details={"packages": event.packages} if event.packages else {},
        source=f"event {event.pk}",
        withheld_from=authors_of(extension, event.version) if event.is_internal else [],
    )
