"""A replayed call of a factory leaves what the actions of the site leave."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from tests.sampled import TRIES_ALL
from tests.site import factories
from tests.site.replay import ACTIVE
from tests.site.written import State

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(TRIES_ALL, reason="nothing is replayed"),
]


def shown(state: State) -> tuple[Any, Any]:
    """Return rows and files, without random identifiers and what depends on the speed of the machine.

    The order of recent times does too: some are computed from measured seconds.
    """
    rows = {
        (table.name, column, rowid): "recent" if str(value).startswith("recent ") else value
        for table, rowid, values in state.plain()
        for column, value in zip(table.columns, values, strict=True)
        if not column.endswith("seconds") and (table.name, column) != ("tasks_storedtask", "id")
    }
    return rows, {name: size for name, (size, _) in state.files.items()}


@contextmanager
def rolled_back(settings: Any) -> Iterator[None]:
    """Undo what the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def make(owner: User, moderator: User) -> tuple[int, int]:
    """Make content; return the primary key of the last row and the number of queries."""
    with CaptureQueriesContext(connection) as queries:
        factories.make_approved(owner, moderator, permissions={"files": "Keep gears"})
        factories.make_waiting(owner, version="1.1.0")
        blocked = factories.make_blocked(owner, moderator, id="blocked", name="Blocked")
    assert blocked.extension_id == "blocked"
    return blocked.pk, len(queries)


def test_the_rows_and_files_are_those_of_the_actions(
    owner: User, moderator: User, settings: Any
) -> None:
    states, queries = [], []
    [replay] = ACTIVE
    test = replay.test
    # Really, then recorded until all calls are: not those in which a second begins.
    for running in (None, *[test] * 30):
        replay.test = running
        with rolled_back(settings):
            pk, number = make(owner, moderator)
            states.append((pk, *shown(State.read(Path(settings.EXTERY_DATA)))))
            queries.append(number)
        assert states[-1] == states[0]
        if number == 3:
            break
    assert queries[0] > 100
    assert queries[-1] == 3


def test_times_are_those_of_the_call_and_in_order(
    owner: User, moderator: User, settings: Any
) -> None:
    with rolled_back(settings):
        factories.make_approved(owner, moderator)
    start = timezone.now()
    version = factories.make_approved(owner, moderator)
    assert start <= version.created_at <= timezone.now()
    times = [*Event.objects.order_by("pk").values_list("created_at", flat=True)]
    assert len(times) > 2
    assert times == sorted(times)
    assert start <= times[0] <= times[-1] <= timezone.now()


def test_times_ahead_are_not_too_late(owner: User, moderator: User, settings: Any) -> None:
    settings.EXTERY_LATER_VERSIONS = "cool-down"
    for name in ("COOL_DOWN_LOW", "COOL_DOWN", "COOL_DOWN_HIGH"):
        setattr(settings, f"EXTERY_{name}", timedelta(hours=24))
    for _ in range(2):
        with rolled_back(settings):
            factories.make_approved(owner, moderator)
            version = factories.make_approved(owner, moderator, version="1.1.0")
            version.refresh_from_db()
            assert version.public_at is not None
            assert timedelta(hours=23) < version.public_at - timezone.now() < timedelta(hours=24)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=3)])
def test_an_older_state_is_another_one(
    owner: User, moderator: User, settings: Any, age: timedelta
) -> None:
    for _ in range(2):
        with rolled_back(settings):
            factories.make_approved(owner, moderator)
            approved_at = timezone.now() - age
            Version.objects.update(created_at=approved_at)
            factories.make_waiting(owner, version="1.1.0")
            [first] = Version.objects.filter(number="1.0.0")
            assert first.created_at == approved_at


def _patched() -> None:
    """Replaced by a test."""


@pytest.mark.parametrize("hindrance", ["patch", "request", "setting", "other arguments"])
def test_a_call_is_real_where_a_replay_could_hide_something(
    owner: User,
    moderator: User,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    hindrance: str,
) -> None:
    with rolled_back(settings):
        factories.make_approved(owner, moderator)
    fields: dict[str, Any] = {}
    if hindrance == "patch":
        monkeypatch.setattr("tests.site.test_replay._patched", None)
    elif hindrance == "request":
        Client().get("/api/v1/extensions/a/")
    elif hindrance == "setting":
        settings.EXTERY_LATER_VERSIONS = f"by-risk {timezone.now()}"
    else:
        fields = {"tagline": f"Turns gears since {timezone.now().timestamp()}"}
    with CaptureQueriesContext(connection) as queries:
        factories.make_approved(owner, moderator, **fields)
    assert len(queries) > 20


def test_a_refused_call_is_refused_again(owner: User, settings: Any) -> None:

    for _ in range(2):
        with rolled_back(settings):
            factories.make_waiting(owner)
            with pytest.raises(Exception, match=r"1\.0\.0"):
                factories.make_waiting(owner)
