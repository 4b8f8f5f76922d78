"""The life cycle: every transition checks, changes, and writes exactly one event."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

import extery_site
from extery.core.errors import Conflict, ExteryError, Refused
from extery_site.accounts.models import User
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.transitions import RESUBMIT, TRANSITIONS, Role, Transition
from extery_site.listings.changes import current_revision
from extery_site.listings.event_handler import LISTED_KINDS
from tests.site import factories

pytestmark = pytest.mark.django_db

Kind = Event.Kind
SITE = Path(extery_site.__file__).parent


def name_of(change: Transition) -> str:
    return change.event.value


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that event handlers receive."""
    events: list[Event] = []
    add_handler(events.append, monkeypatch)
    return events


def add_handler(handler: lifecycle.EventHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    event_handlers = [*lifecycle.event_handlers(), handler]
    monkeypatch.setattr(lifecycle, "event_handlers", lambda: event_handlers)


def target_of(change: Transition, status: str, owner: User) -> dict[str, Any]:
    """Return the arguments of `transition` for a row with this status."""
    version = factories.make_complete(owner)
    extension = version.extension
    if change.of is Extension:
        Extension.objects.filter(pk=extension.pk).update(status=status)
        return {"extension": extension}
    Version.objects.filter(pk=version.pk).update(status=status)
    return {"version": version}


def actor_of(change: Transition, owner: User, moderator: User) -> User | None:
    if change.role is Role.SITE:
        return None
    return moderator if change.role is Role.MODERATOR else owner


CASES = [(change, status) for change in TRANSITIONS for status in sorted(change.sources)]


@pytest.mark.parametrize(
    ("change", "status"), CASES, ids=[f"{name_of(change)}-{status}" for change, status in CASES]
)
def test_a_transition_writes_one_event_and_calls_every_handler(
    change: Transition, status: str, owner: User, moderator: User, received: list[Event]
) -> None:
    rows = target_of(change, status, owner)
    extension = rows.get("extension") or rows["version"].extension
    before = extension.events.count()
    received.clear()

    with lifecycle.transition(
        change, by=actor_of(change, owner, moderator), text=" Because. ", **rows
    ) as pending:
        pending.packages = ["0" * 64]

    assert extension.events.count() == before + 1
    event = extension.events.latest("pk")
    assert received == [event] == [pending.event]
    assert event.kind == change.event
    assert event.by == actor_of(change, owner, moderator)
    assert event.text == "Because."
    assert event.packages == ["0" * 64]
    version = rows.get("version")
    assert event.version == (None if change.deletes_version else version)
    if version is not None and change.target is not None:
        assert Version.objects.get(pk=version.pk).status == change.target
    if change.of is Extension:
        extension.refresh_from_db()
        assert (
            extension.status == change.target or change is transitions.UNBLOCK or not change.target
        )
        assert (change is not transitions.UNBLOCK) or not extension.is_blocked


@pytest.mark.parametrize("change", TRANSITIONS, ids=name_of)
def test_a_transition_from_another_status_is_a_conflict_and_changes_nothing(
    change: Transition, owner: User, moderator: User, received: list[Event]
) -> None:
    others = sorted(set(change.of.Status.values) - change.sources)
    rows = target_of(change, sorted(change.sources)[0], owner)
    row = next(iter(rows.values()))
    received.clear()

    for status in others:
        type(row).objects.filter(pk=row.pk).update(status=status)
        with (
            pytest.raises(Conflict),
            lifecycle.transition(change, by=actor_of(change, owner, moderator), **rows),
        ):
            pytest.fail(f"the transition began from {status}")
        row.refresh_from_db()
        assert row.status == status

    assert received == []


@pytest.mark.parametrize(
    "change",
    [change for change in TRANSITIONS if change.role not in (Role.SITE, Role.USER)],
    ids=name_of,
)
def test_other_users_cannot_make_a_transition(
    change: Transition, owner: User, moderator: User, stranger: User, received: list[Event]
) -> None:
    rows = target_of(change, sorted(change.sources)[0], owner)
    received.clear()
    others = {Role.OWNER: [moderator], Role.MODERATOR: [owner]}.get(change.role, [])

    for user in (stranger, *others):
        with pytest.raises(Refused), lifecycle.transition(change, by=user, **rows):
            pytest.fail("the transition began")

    assert received == []


@pytest.mark.parametrize("change", TRANSITIONS, ids=name_of)
def test_an_error_of_the_caller_or_a_handler_rolls_everything_back(
    change: Transition, owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: Event) -> None:
        raise ZeroDivisionError

    status = sorted(change.sources)[0]
    rows = target_of(change, status, owner)
    row = next(iter(rows.values()))
    actor = actor_of(change, owner, moderator)
    events = Event.objects.count()

    with pytest.raises(KeyError), lifecycle.transition(change, by=actor, **rows):
        raise KeyError
    add_handler(fail, monkeypatch)
    with pytest.raises(ZeroDivisionError), lifecycle.transition(change, by=actor, **rows):
        pass

    row.refresh_from_db()
    assert row.status == status
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    "change",
    [change for change in TRANSITIONS if change.of is Version],
    ids=name_of,
)
def test_a_block_stops_every_transition_of_versions_but_withdrawing(
    change: Transition, owner: User, moderator: User
) -> None:
    rows = target_of(change, sorted(change.sources)[0], owner)
    Extension.objects.update(status=Extension.Status.BLOCKED, block_reason="Sends data away")
    actor = actor_of(change, owner, moderator)

    if change.allowed_while_blocked:
        with lifecycle.transition(change, by=actor, **rows):
            pass
    else:
        with pytest.raises(ExteryError), lifecycle.transition(change, by=actor, **rows):
            pytest.fail("the transition began")

    assert Extension.objects.get().is_blocked


@pytest.mark.parametrize("kind", Kind.values)
def test_events_that_a_listing_shows_raise_its_revision_and_others_do_not(
    kind: str, owner: User
) -> None:
    extension = factories.make_draft(owner).extension
    before = current_revision()

    with transaction.atomic():
        lifecycle.record(extension, Kind(kind), by=owner)

    assert current_revision() - before == (1 if Kind(kind) in LISTED_KINDS else 0)


def test_every_event_but_those_of_people_and_uploads_belongs_to_one_transition() -> None:
    kinds = [change.event for change in TRANSITIONS if change is not RESUBMIT]
    others = {Kind.COMMENT, Kind.UPLOADED, Kind.REPLACED, Kind.PACKAGE_REMOVED}
    others |= {Kind.TASKS_DONE, Kind.FINDING_WAIVED, Kind.TRIED, Kind.SECOND_ASKED}
    others |= {Kind.DISPUTED, Kind.DISPUTE_ACCEPTED, Kind.DISPUTE_KEPT, Kind.DISPUTE_CLOSED}
    others |= {Kind.RATING_HIDDEN, Kind.RATING_SHOWN}
    others |= {Kind.QUARANTINED, Kind.RELEASED_FROM_QUARANTINE}

    assert sorted(kinds) == sorted(set(Kind) - others)


def assigned_statuses(tree: ast.AST) -> Iterator[int]:
    """Yield lines that assign to an attribute ``status`` or pass ``status`` to a query."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            yield node.lineno
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"update", "create", "get_or_create", "update_or_create"}
            and any(keyword.arg == "status" for keyword in node.keywords)
        ):
            yield node.lineno


@pytest.mark.parametrize("app", ["accounts", "catalog", "listings", "moderation", "publish", "api"])
def test_only_the_life_cycle_sets_a_status(app: str) -> None:
    lines = {
        f"{path.relative_to(SITE)}:{line}"
        for path in (SITE / app).rglob("*.py")
        if path.name != "lifecycle.py" and "migrations" not in path.parts
        for line in assigned_statuses(ast.parse(path.read_text("utf-8")))
    }

    assert lines == set()


def test_a_new_version_of_an_approved_extension_leaves_it_approved(
    approve: Callable[..., Version], owner: User
) -> None:
    extension = approve(version="1.0.0").extension

    factories.make_waiting(owner, version="1.1.0")

    extension.refresh_from_db()
    assert extension.status == Extension.Status.APPROVED
