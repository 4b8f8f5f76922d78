"""What the author of a version sees of its review: the line of steps, what is asked, and the builds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

from django.apps import apps
from django.utils import timezone

from extery_site.accounts.permissions import AnyUser, is_active_user
from extery_site.catalog.models import Event, Version
from extery_site.moderation.figures import expected_wait_of
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.queue_order import place
from extery_site.moderation.wait_bar import waiting_times
from extery_site.moderation.waiting import OPEN

_Kind = Event.Kind
_Status = Version.Status


class Step(NamedTuple):
    """A step on the way of a version to the public."""

    title: str
    state: Literal["past", "now", "rest"]
    at: datetime | None
    """When it was done, or since when it is the current one."""


class Build(NamedTuple):
    """The packages of a version that were current at the same time."""

    number: int
    name: str
    size: int
    created_at: datetime
    is_newest: bool


def author_context(user: AnyUser, version: Version | None) -> dict[str, Any]:
    """Return what the template ``author.html`` shows to the owner; nothing for other users."""
    if version is None or not is_active_user(user) or user.pk != version.extension.owner_id:
        return {}
    events = list(
        Event.objects.filter(
            version=version,
            kind__in=(_Kind.SUBMITTED, *_ANSWERS, _Kind.WITHDRAWN, _Kind.VERSION_BLOCKED),
        )
        .select_related("by")
        .in_order()
    )
    return {
        "steps": steps_of(version, events),
        "asks_owner": version.status == _Status.CHANGES_REQUESTED,
        "last_answer": next((one for one in reversed(events) if one.kind in _ANSWERS), None),
        "appealable": _appealable(version, events),
        "appeal": appeal_about(version),
        "builds": builds_of(version),
        **_waits(version),
    }


def _appealable(version: Version, events: list[Event]) -> Event | None:
    """Return the decision in force about a declined or blocked version: its author can appeal against it."""
    kind = _APPEALABLE.get(_Status(version.status))
    return next((one for one in reversed(events) if one.kind == kind), None)


def appeal_about(version: Version) -> Any:
    """Return the last appeal against the decision about a version that is declined or blocked, if there is one.

    ``reports`` is beside this app, not below.
    """
    kind = _APPEALABLE.get(_Status(version.status))
    if kind is None:
        return None
    appeals = apps.get_model("reports", "Appeal").objects.select_related("by")
    return appeals.filter(event__version=version, event__kind=kind).last()


def _waits(version: Version) -> dict[str, Any]:
    """Return how long an answer is expected to take, and how long each side had the version."""
    if version.status not in OPEN:
        return {}
    entry = QueueEntry.objects.with_waits(timezone.now()).filter(version=version).first()
    return {
        "own_wait": waiting_times(entry) if entry is not None else None,
        "place": place(version) if version.is_in_review else None,
        "expected": expected_wait_of(version),
    }


_ANSWERS = frozenset({_Kind.CHANGES_REQUESTED, _Kind.APPROVED, _Kind.DECLINED})
_APPEALABLE = {_Status.DECLINED: _Kind.DECLINED, _Status.BLOCKED: _Kind.VERSION_BLOCKED}


_DONE = (_Status.APPROVED, _Status.DECLINED, _Status.BLOCKED)


def steps_of(version: Version, events: list[Event]) -> list[Step]:
    """Return the five steps of a version from its submissions and answers, oldest first."""
    submitted = [one.created_at for one in events if one.kind == _Kind.SUBMITTED]
    answers = [one.created_at for one in events if one.kind in _ANSWERS]
    asked = [one.created_at for one in events if one.kind == _Kind.CHANGES_REQUESTED]
    returned = [at for at in submitted if asked and at > asked[0]]
    first_answer = answers[0] if answers else None
    times = [
        version.created_at,
        first_answer or (submitted[-1] if submitted else None),
        asked[-1] if asked else None,
        (answers[-1] if len(answers) > 1 else None) or (returned[-1] if returned else None),
        version.approved_at,
    ]
    titles = ["Uploaded", "Looked at", "Your turn", "Looked at again", "Public"]
    if version.status == _Status.DECLINED:
        titles[4] = "Declined"
        times[4] = answers[-1] if answers else None
    if version.is_unreviewed:
        titles[1] = "Checked"
    current = _current_step(version, is_asked=bool(asked))
    if not asked and version.status in (*_DONE, _Status.COOLING_DOWN):
        titles, times = [titles[0], titles[1], titles[4]], [times[0], times[1], times[4]]
        current = len(titles) if version.status in _DONE else 2
    states = ["past" if n < current else "now" if n == current else "rest" for n in range(5)]
    return [
        Step(title, state, at if state != "rest" else None)  # type: ignore[arg-type]
        for title, state, at in zip(titles, states, times, strict=False)
    ]


def _current_step(version: Version, *, is_asked: bool) -> int:
    """Return the number of the step that a version is at, from 0; 5 if it has made all of them."""
    if version.status in _DONE:
        return 5
    if version.status in (_Status.CHANGES_REQUESTED, _Status.WITHDRAWN):
        return 2
    if version.status == _Status.COOLING_DOWN:
        return 4
    return 3 if is_asked else 1


def builds_of(version: Version) -> list[Build]:
    """Return the builds of a version, the newest first; older ones are kept in its history."""
    replaced = list(version.replaced_packages.select_related("file"))
    builds = [
        Build(number, one.original_name, one.file.size, one.created_at, is_newest=False)
        for number, one in enumerate(replaced, start=1)
    ]
    builds += [
        Build(len(replaced) + 1, one.original_name, one.size, one.created_at, is_newest=True)
        for one in version.packages.all()
    ]
    return builds[::-1]
