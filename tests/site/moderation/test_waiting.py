"""Waiting times split into those with us and with the author, answers, and the order of the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import decisions as moderation
from extery_site.moderation import queue_order, waiting
from extery_site.moderation.models import Answer, QueueEntry
from extery_site.moderation.undo import undo
from extery_site.publish import actions as publish
from tests.site import factories

START = datetime(2026, 11, 1, tzinfo=UTC)


def events(*steps: tuple[str, float]) -> list[Event]:
    return [Event(kind=kind, created_at=START + timedelta(hours=hours)) for kind, hours in steps]


def set_times(version: Version, *days_ago: float) -> None:
    """Set the times of the events of a version, the newest last, and store the waiting times."""
    rows = list(Event.objects.filter(version=version).exclude(kind="uploaded").in_order())
    for row, days in zip(rows, days_ago, strict=True):
        row.created_at = timezone.now() - timedelta(days=days)
    Event.objects.bulk_update(rows, ["created_at"])
    waiting.rebuild(version)


def test_time_is_split_between_us_and_the_author() -> None:
    waits, answers = waiting.split(
        events(
            ("uploaded", 0),
            ("submitted", 5),
            ("comment", 6),
            ("changes_requested", 15),
            ("replaced", 20),
            ("submitted", 35),
            ("withdrawn", 36),
            ("submitted", 38),
        )
    )
    assert (waits.side, waits.us_seconds / 3600, waits.author_seconds / 3600) == ("us", 11, 22)
    assert [(event.kind, seconds / 3600) for event, seconds in answers] == [
        ("changes_requested", 10)
    ]


def test_a_decided_version_does_not_wait() -> None:
    waits, answers = waiting.split(events(("submitted", 0), ("approved", 3)))
    assert (waits.side, waits.us_seconds, waits.author_seconds) == ("", 3 * 3600, 0)
    assert len(answers) == 1


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    waits, _ = waiting.split(events(("submitted", 5), ("changes_requested", 2), ("submitted", 1)))
    assert (waits.us_seconds, waits.author_seconds) == (0, 0)


def test_each_change_stores_the_waiting_times(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    assert QueueEntry.objects.get().side == "us"
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Say why"
    )
    assert QueueEntry.objects.get().side == "author"
    publish.submit(version=version, by=owner)
    set_times(version, 5, 3, 2)
    entry = QueueEntry.objects.with_waits(timezone.now()).get()
    assert entry.side == "us"
    assert entry.with_us // 3600 == 24 * 4
    assert entry.with_author // 3600 == 24
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert QueueEntry.objects.get().side == ""


def test_answers_are_counted_by_kind(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Say why"
    )
    publish.submit(version=version, by=owner)
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    factories.make_approved(owner, moderator, version="1.1.0")
    kinds = [answer.kind for answer in Answer.objects.order_by("created_at", "pk")]
    assert kinds == ["first_version", "changes", "update"]


def test_only_the_answer_of_a_decision_that_was_taken_back_is_left_out(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    hashes = version.package_hashes

    def answers() -> list[str]:
        return list(Answer.objects.order_by("pk").values_list("event__text", flat=True))

    for reason in ("Say why", "Say how"):
        moderation.request_changes(version=version, packages=hashes, by=moderator, reason=reason)
        publish.submit(version=version, by=owner)
    moderation.hold_version(version=version, by=moderator, reason="A question")
    undo(version=version, by=moderator)
    assert answers() == ["Say why", "Say how"]
    moderation.approve_version(version=version, packages=hashes, by=moderator, reason="Fine")
    undo(version=version, by=moderator)
    assert answers() == ["Say why", "Say how"]


def test_a_draft_has_no_entry(owner: User) -> None:
    assert waiting.rebuild(factories.make_draft(owner)) is None
    assert not QueueEntry.objects.exists()


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0.2, "12 min"),
        (9.9, "9 h"),
        (24, "1 d"),
        (28.5, "1 d 4 h"),
        (239, "9 d 23 h"),
        (300, "12 d"),
        (-1, "0 min"),
    ],
)
def test_durations_are_short(hours: float, text: str) -> None:
    assert waiting.format_duration(int(hours * 3600)) == text


def test_late_versions_are_first_then_those_with_more_risk_then_the_oldest(
    owner: User, settings: Any
) -> None:
    settings.EXTERY_REVIEW_TIME = timedelta(hours=66)
    rows = {
        "late": (3, 0),
        "later": (5, 0),
        "risky": (0.2, 60),
        "plain_old": (2, 5),
        "plain_new": (1, 5),
    }
    for name, (days, score) in rows.items():
        set_times(factories.make_waiting(owner, id=name, name=name.title()), days)
        QueueEntry.objects.filter(version__extension__extension_id=name).update(risk=score)
    order = [entry.version.extension.extension_id for entry in queue_order.waiting_entries()]
    assert order == ["later", "late", "risky", "plain_old", "plain_new"]


def test_a_version_has_a_place_while_it_is_in_review(
    owner: User, moderator: User, django_assert_num_queries: Any
) -> None:
    versions = [factories.make_waiting(owner, id=f"t_{n}", name=f"T {n}") for n in range(3)]
    for number, version in enumerate(versions):
        set_times(version, 1 + number)
    with django_assert_num_queries(1):
        assert queue_order.places() == {
            versions[2].pk: 1,
            versions[1].pk: 2,
            versions[0].pk: 3,
        }
    publish.withdraw(version=versions[2], by=owner)
    assert queue_order.place(versions[2]) is None
    moderation.block_extension(extension=versions[1].extension, by=moderator, reason="No")
    assert queue_order.place(versions[0]) == 1


def test_the_migration_fills_entries_as_events_do(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Say why"
    )
    publish.submit(version=version, by=owner)
    set_times(version, 5, 3, 2)
    factories.make_approved(owner, moderator, version="1.1.0")
    factories.make_draft(owner, version="1.2.0")
    fields = ("pk", "side", "since", "us_seconds", "author_seconds")
    entries = list(QueueEntry.objects.order_by("pk").values_list(*fields))
    answers = list(Answer.objects.order_by("pk").values())
    QueueEntry.objects.all().delete()
    Answer.objects.all().delete()

    import_module("extery_site.moderation.migrations.0004_queue").fill(apps, None)

    assert list(QueueEntry.objects.order_by("pk").values_list(*fields)) == entries
    assert list(Answer.objects.order_by("pk").values()) == answers
    assert len(answers) == 2
