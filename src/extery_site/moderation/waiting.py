"""Waiting times in the queue, split into those with us and those with the author.

They follow from the events of a version. `rebuild` stores them after each event; pages read the
stored ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from extery_site.catalog.models import Event, Version
from extery_site.moderation.models import Answer, QueueEntry

_Kind = Event.Kind
_Side = QueueEntry.Side

#: With whom a version is after an event; other events do not change it. A version on hold, or one
#: that is approved and becomes public later, waits for no side.
SIDES: dict[str, str] = {
    _Kind.SUBMITTED: _Side.US,
    _Kind.CHANGES_REQUESTED: _Side.AUTHOR,
    _Kind.WITHDRAWN: _Side.AUTHOR,
    _Kind.APPROVED: _Side.NONE,
    _Kind.DECLINED: _Side.NONE,
    _Kind.RECONSIDERED: _Side.US,
    _Kind.HELD: _Side.NONE,
    _Kind.RELEASED: _Side.US,
    _Kind.HOLD_ENDED: _Side.US,
    _Kind.SCHEDULED: _Side.NONE,
    _Kind.STOPPED: _Side.US,
    _Kind.UNDONE: _Side.US,
    _Kind.AUTO_SCHEDULED: _Side.NONE,
    _Kind.AUTO_PUBLISHED: _Side.NONE,
    _Kind.AUTO_STOPPED: _Side.US,
}
#: A version that is with its author is with us while a finding is disputed: how many disputes are
#: open changes by this with an event. A withdrawal or a final decision ends all of them.
DISPUTES: dict[str, int] = {
    _Kind.DISPUTED: 1,
    _Kind.DISPUTE_ACCEPTED: -1,
    _Kind.DISPUTE_KEPT: -1,
    _Kind.DISPUTE_CLOSED: -1,
}
_ENDS_DISPUTES = frozenset({_Kind.WITHDRAWN, _Kind.APPROVED, _Kind.SCHEDULED, _Kind.DECLINED})
#: Statuses of versions with an entry in the queue, and of those that everyone sees in it.
PUBLIC = (Version.Status.IN_REVIEW, Version.Status.CHANGES_REQUESTED)
OPEN = (*PUBLIC, Version.Status.ON_HOLD)
#: Statuses of versions whose risk is kept up to date.
ASSESSED = (*OPEN, Version.Status.COOLING_DOWN)
#: Decisions that answer a submission.
ANSWERS = frozenset({_Kind.APPROVED, _Kind.CHANGES_REQUESTED, _Kind.DECLINED, _Kind.SCHEDULED})


@dataclass
class Waits:
    """Complete periods with each side in seconds, and the side of the running one since ``since``."""

    side: str = _Side.NONE
    since: int = 0
    us_seconds: int = 0
    author_seconds: int = 0

    def move(self, side: str, at: datetime) -> int:
        """End the running period at ``at`` and start that of ``side``; return the seconds it took."""
        time = int(at.timestamp())
        seconds = max(0, time - self.since) if self.side else 0
        if self.side == _Side.US:
            self.us_seconds += seconds
        elif self.side == _Side.AUTHOR:
            self.author_seconds += seconds
        self.side, self.since = side, time
        return seconds


def split(events: Iterable[Event]) -> tuple[Waits, list[tuple[Event, int]]]:
    """Return the waits of a version, and its decisions with the seconds that each took.

    A decision that was taken back was no answer.
    ``events`` are those of one version, oldest first.
    """
    waits, answers = Waits(), []
    asked, disputes = "", 0
    decision: Event | None = None
    for event in events:
        if event.kind not in SIDES and event.kind not in DISPUTES:
            continue
        disputes = max(0, disputes + DISPUTES.get(event.kind, 0))
        asked = SIDES.get(event.kind, asked)
        if event.kind in _ENDS_DISPUTES:
            disputes = 0
        side = _Side.US if disputes and asked == _Side.AUTHOR else asked
        was_with_us = waits.side == _Side.US
        seconds = waits.move(side, event.created_at)
        if was_with_us and event.kind in ANSWERS:
            answers.append((event, seconds))
        # A hold is no answer: taking it back leaves those before it.
        if event.kind == _Kind.UNDONE and answers and answers[-1][0] is decision:
            answers.pop()
        decision = event if event.kind in SIDES else decision
    return waits, answers


def rebuild(version: Version) -> QueueEntry | None:
    """Store the waiting times and answers of a version; return its entry.

    Returns ``None`` for a version that was never submitted.
    """
    events = list(Event.objects.filter(version=version).in_order())
    if not any(event.kind == _Kind.SUBMITTED for event in events):
        return None
    waits, answers = split(events)
    entry, _ = QueueEntry.objects.update_or_create(
        version=version,
        defaults={
            "side": waits.side,
            "since": waits.since,
            "us_seconds": waits.us_seconds,
            "author_seconds": waits.author_seconds,
        },
    )
    if any(event.kind == _Kind.UNDONE for event in events):
        kept = [event for event, _ in answers]
        Answer.objects.filter(event__version=version).exclude(event__in=kept).delete()
    if answers:
        _store_answers(version, answers)
    return entry


def _store_answers(version: Version, answers: list[tuple[Event, int]]) -> None:
    """Store the answers of a version: the first by the kind of version, the later ones as changes."""
    first = Answer.Kind.UPDATE if _has_predecessor(version) else Answer.Kind.FIRST_VERSION
    for number, (event, seconds) in enumerate(answers):
        Answer.objects.update_or_create(
            event=event,
            defaults={
                "kind": first if number == 0 else Answer.Kind.CHANGES,
                "seconds": seconds,
                "created_at": event.created_at,
            },
        )


def _has_predecessor(version: Version) -> bool:
    """Whether another version of the extension was approved before this one was created."""
    others: bool = (
        Event.objects.standing()
        .filter(
            extension=version.extension_id, kind=_Kind.APPROVED, created_at__lt=version.created_at
        )
        .exclude(version=version)
        .exists()
    )
    return others


def format_duration(seconds: int) -> str:
    """Return ``12 min``, ``9 h``, ``1 d 4 h`` below ten days, then ``12 d``."""
    minutes, hours = seconds // 60, seconds // 3600
    if hours < 1:
        return f"{max(minutes, 0)} min"
    if hours < 24:
        return f"{hours} h"
    days, rest = divmod(hours, 24)
    if days >= 10 or rest == 0:
        return f"{days} d"
    return f"{days} d {rest} h"
