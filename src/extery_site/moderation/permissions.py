"""What moderators and volunteers may do with a version; the ``require_…`` functions raise `Refused`."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_triage, require_user
from extery_site.catalog.models import Event, EventQuerySet, Extension, Version
from extery_site.catalog.own_work import may_decide, require_work_of_others

__all__ = ["may_read_notes", "may_triage", "readable", "require_triage"]


def may_read_notes(
    user: AnyUser | None, extension: Extension, version: Version | None = None
) -> bool:
    """Whether ``user`` may read internal notes: moderators and volunteers, but not about their own work.

    Who uploaded a version does not read those about it, also after a hand-over of the extension.
    """
    return user is not None and may_triage(user) and may_decide(user, extension, version)


def readable(events: EventQuerySet, extension: Extension, user: AnyUser) -> EventQuerySet:
    """Return the events of an extension without the internal notes that ``user`` must not read."""
    if not may_read_notes(user, extension):
        return events.filter(is_internal=False)
    if settings.EXTERY_OWN_DECISIONS:
        return events
    # Of a deleted version, only its events say who uploaded it. Their numbers are found once, not for
    # each event of a long conversation.
    uploads = Event.objects.filter(extension=extension, kind=Event.Kind.UPLOADED, by=user.pk)
    numbers = uploads.order_by().values("version_number")
    own = Q(version__created_by=user.pk) | Q(version=None, version_number__in=numbers)
    return events.exclude(own, is_internal=True)


def require_triage(
    user: AnyUser | None, extension: Extension, version: Version | None = None
) -> User:
    """Return the moderator or volunteer.

    Raises `Refused` for other users, and for work of their own.
    """
    signed_in = require_user(user)
    if not may_triage(signed_in):
        raise Refused.of("permission.staff-only")
    require_work_of_others(signed_in, extension, version)
    return signed_in
