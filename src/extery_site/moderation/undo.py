"""Takes a decision back within ten minutes: the version is in review again, as before it.

Only the moderator who made the decision can do so, and only while nothing else has happened to the
version. Who has read of the decision, or got an e-mail, is notified; who has not, is not any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, is_active_user, require_moderator
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import UNDOABLE_KINDS, Event, EventQuerySet, Version
from extery_site.moderation import claims
from extery_site.moderation.models import Claim, QueueEntry
from extery_site.moderation.notification_rows import EVENT_NOTIFICATIONS
from extery_site.moderation.waiting import SIDES
from extery_site.notify.actions import notify
from extery_site.notify.retraction import retract
from extery_site.notify.subject import MAX_TITLE_LENGTH

_Kind = Event.Kind
#: How long a decision can be taken back.
UNDO_TIME = timedelta(minutes=10)
#: Events that change nothing about a version.
_REMARKS = (_Kind.COMMENT, _Kind.TRIED, _Kind.SECOND_ASKED, _Kind.FINDING_WAIVED)
#: The kind of the correction for those who got a notification of another kind.
_CORRECTIONS = {"new_version": "followed_change", "followed_review": "followed_review"}


def undoable_decision(version: Version, user: AnyUser, now: datetime | None = None) -> Event | None:
    """Return the decision of ``user`` about a version that can still be taken back, if there is one."""
    if not is_active_user(user) or version.status not in transitions.UNDO.sources:
        return None
    last = _changes(version).last()
    since = (now or timezone.now()) - UNDO_TIME
    if last is None or last.by_id != user.pk or last.kind not in UNDOABLE_KINDS:
        return None
    if last.created_at <= since or (last.kind == _Kind.HELD and not _was_in_review(version, last)):
        return None
    return last


def time_left(decision: Event) -> str:
    """Return for how long a decision can still be taken back: ``9:41``."""
    seconds = int((decision.created_at + UNDO_TIME - timezone.now()).total_seconds())
    return f"{max(0, seconds) // 60}:{max(0, seconds) % 60:02}"


@transaction.atomic
def undo(*, version: Version, by: AnyUser) -> Event:
    """Take one's last decision about a version back; it is in review, and claimed if it was.

    Raises `Conflict` if more than ten minutes have passed, another moderator decided, or anything else
    has happened to the version since.
    """
    user = require_moderator(by)
    with lifecycle.transition(transitions.UNDO, version=version, by=by) as pending:
        version = pending.version
        decision = undoable_decision(version, user)
        if decision is None:
            raise Conflict.of(
                "review.not-undoable", extension=pending.extension.name, version=version.number
            )
        decision.extension = pending.extension
        pending.packages = decision.packages
        others = pending.extension.versions.exclude(pk=version.pk)
        if not others.filter(approved_at__isnull=False).exists():
            pending.extension.approved_at = None
        before = _changes(version).exclude(pk=decision.pk)
        previous = before.last()
        if decision.kind == _Kind.CHANGES_REQUESTED:
            _take_tasks_back(version, before)
        _correct(decision, user)
    _restore(version, decision, previous, user)
    return pending.event


def _changes(version: Version) -> EventQuerySet:
    """Return the events that changed a version, oldest first."""
    events: EventQuerySet = Event.objects.filter(version=version).exclude(kind__in=_REMARKS)
    return events.in_order()


def _was_in_review(version: Version, decision: Event) -> bool:
    before = _changes(version).filter(kind__in=SIDES).exclude(pk=decision.pk).last()
    return before is not None and SIDES[before.kind] == QueueEntry.Side.US


def _take_tasks_back(version: Version, before: EventQuerySet) -> None:
    """Let the tasks that the author received with the decision be internal again."""
    submitted = before.filter(kind__in=SIDES).last()
    if submitted is not None:
        version.tasks.filter(asked_at__gte=submitted.created_at).update(asked_at=None)


def _restore(version: Version, decision: Event, before: Event | None, user: User) -> None:
    """Restore what the decision ended: the claim of its moderator, and the first of two approvals."""
    ended = Claim.objects.filter(version=version, by=user, end=Claim.End.CLOSED)
    if ended.filter(ended_at__gte=decision.created_at).exists():
        claims.claim(version=version, by=user)
    if before is not None and before.kind == _Kind.FIRST_APPROVED:
        QueueEntry.objects.filter(version=version).update(first_approval=before)


def _correct(decision: Event, user: User) -> None:
    """Drop the notifications about a decision, and notify those who know of it already."""
    name = f"{decision.extension.name} {decision.version_number}"
    for row in EVENT_NOTIFICATIONS[decision.kind]:
        subject = row.subject(decision)
        about = (row.about.format(name=name))[:MAX_TITLE_LENGTH]
        notified = retract(
            row.kind, key=subject.key, about=about, by=user, since=decision.created_at
        )
        if notified:
            notify(
                _CORRECTIONS.get(row.kind, "review_state"),
                to=notified,
                subject=subject,
                by=user,
                about=f"The decision about {name} was taken back: it is in review again",
            )
