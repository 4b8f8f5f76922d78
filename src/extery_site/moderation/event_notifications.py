"""Notifies the users whom an event of the life cycle concerns: the table is in `notification_rows`.

`extery_site.catalog.lifecycle` calls `notify_users` with every event, because it is in
`extery_site.project.event_handlers`.
"""

from __future__ import annotations

from extery_site.accounts.models import User
from extery_site.catalog.models import Event
from extery_site.moderation.notification_rows import EVENT_NOTIFICATIONS, SETTLED
from extery_site.moderation.permissions import may_read_notes
from extery_site.notify.actions import notify, settle


def notify_users(event: Event) -> None:
    """Notify the users whom an event concerns, in its transaction; never the one who caused it."""
    if event.kind in SETTLED:
        settle(SETTLED[event.kind](event).key)
    name = f"{event.extension.name} {event.version_number}".rstrip()
    notified = {event.by_id}
    for row in EVENT_NOTIFICATIONS[event.kind]:
        users = {
            user.pk: user
            for user in row.to(event)
            if user.pk not in notified and _may_read(user, event)
        }
        notified |= set(users)
        if users:
            notify(
                row.kind,
                to=users.values(),
                subject=row.subject(event),
                by=event.by,
                text=row.text(event),
                about=row.about.format(name=name),
            )


def _may_read(user: User, event: Event) -> bool:
    """Whether a user sees the event: internal notes are for moderators and volunteers only."""
    return not event.is_internal or may_read_notes(user, event.extension, event.version)
