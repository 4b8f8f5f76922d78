"""The states of a task: claimed once, retried with delays, reaped, failed for good, purged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from extery_site.project.tasks import LeaseLost, RetryPolicy, queue
from extery_site.project.tasks.models import Status, StoredTask
from tests.site.project.tasks import sample_tasks

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)


@pytest.fixture
def now() -> datetime:
    """Shortly after everything that a test enqueues."""
    return datetime.now(UTC) + timedelta(minutes=1)


def claim(now: datetime, worker: str = "one", limit: int = 1) -> list[StoredTask]:
    return queue.claim(worker_id=worker, queues=["default"], limit=limit, lease=LEASE, now=now)


def fail(stored: StoredTask, now: datetime, **policy: Any) -> timedelta | None:
    return queue.record_failure(stored, ValueError("no"), policy=RetryPolicy(**policy), now=now)


def test_a_task_is_claimed_once(now: datetime) -> None:
    sample_tasks.add_row.enqueue(1)
    (first,) = claim(now)
    assert claim(now, "two") == []
    stored = StoredTask.objects.get()
    assert (stored.status, stored.attempt, stored.worker_ids) == (Status.RUNNING, 1, ["one"])
    assert stored.lease_expires_at == now + LEASE
    assert first.pk == stored.pk


def test_at_most_the_requested_number_of_tasks_is_claimed(now: datetime) -> None:
    for number in range(3):
        sample_tasks.add_row.enqueue(number)
    assert len(claim(now, limit=2)) == 2
    assert claim(now, limit=0) == []
    assert len(claim(now, limit=5)) == 1


def test_tasks_are_claimed_by_priority_then_age(now: datetime) -> None:
    for number, priority in ((1, 0), (2, 5), (3, 0)):
        sample_tasks.add_row.using(priority=priority).enqueue(number)
    assert [stored.arguments["args"] for stored in claim(now, limit=3)] == [[2], [1], [3]]


def test_a_deferred_task_waits_for_its_time(now: datetime) -> None:
    later = now + timedelta(hours=1)
    sample_tasks.add_row.using(run_after=later).enqueue(1)
    assert claim(later - timedelta(seconds=1)) == []
    assert len(claim(later)) == 1


def test_a_worker_takes_tasks_of_its_queues_only(now: datetime) -> None:
    sample_tasks.wait_in_slow_queue.enqueue(1, "")
    assert claim(now) == []
    assert queue.claim(worker_id="w", queues=["slow"], limit=1, lease=LEASE, now=now)


def test_delays_grow_exponentially_up_to_a_maximum() -> None:
    policy = RetryPolicy(base_delay=timedelta(seconds=5), factor=4, max_delay=timedelta(hours=1))
    delays = [policy.delay_after(attempt, rand=lambda: 0.5) for attempt in (1, 2, 3, 6, 7, 10**6)]
    assert [delay.total_seconds() for delay in delays] == [5, 20, 80, 3600, 3600, 3600]


def test_delays_are_spread_by_the_jitter() -> None:
    policy = RetryPolicy(base_delay=timedelta(seconds=10), jitter=0.2)
    assert policy.delay_after(1, rand=lambda: 0.0) == timedelta(seconds=8)
    assert policy.delay_after(1, rand=lambda: 1.0) == timedelta(seconds=12)
    assert len({policy.delay_after(1) for _ in range(50)}) > 1


def test_a_failed_attempt_is_retried_after_its_delay_and_not_before(now: datetime) -> None:
    sample_tasks.add_row.enqueue(1)
    (stored,) = claim(now)
    delay = fail(stored, now, jitter=0)
    assert delay == timedelta(seconds=5)
    assert claim(now + timedelta(seconds=4.9)) == []
    (again,) = claim(now + timedelta(seconds=5))
    assert again.attempt == 2


def test_a_task_fails_for_good_after_its_last_attempt(now: datetime) -> None:
    sample_tasks.add_row.enqueue(1)
    for attempt in range(1, 6):
        (stored,) = claim(now)
        assert stored.attempt == attempt
        delay = fail(stored, now)
        now += delay or timedelta(days=1)
    assert delay is None
    assert claim(now) == []
    stored.refresh_from_db()
    assert stored.status == Status.FAILED
    assert [error["attempt"] for error in stored.errors] == [1, 2, 3, 4, 5]


def test_a_task_with_an_expired_lease_is_claimed_by_another_worker(now: datetime) -> None:
    sample_tasks.add_row.enqueue(1)
    claim(now)
    assert queue.requeue_expired(now=now + LEASE) == []
    (stored,) = queue.requeue_expired(now=now + LEASE + timedelta(seconds=1))
    assert stored.status == Status.READY
    assert "WorkerLost" in stored.errors[0]["exception"]
    (again,) = claim(stored.run_after, "two")
    assert (again.attempt, again.worker_ids) == (2, ["one", "two"])


def test_a_renewed_lease_is_not_reaped(now: datetime) -> None:
    sample_tasks.add_row.enqueue(1)
    (stored,) = claim(now)
    assert queue.renew_leases([stored], lease=LEASE, now=now + LEASE) == 1
    assert queue.requeue_expired(now=now + LEASE + timedelta(seconds=1)) == []


def test_a_task_that_kills_its_workers_fails_for_good(now: datetime) -> None:
    sample_tasks.kill_worker.enqueue()
    for _ in range(3):
        assert claim(now)
        now += 2 * LEASE
        queue.requeue_expired(now=now)
    assert StoredTask.objects.get().status == Status.FAILED


def test_a_worker_that_lost_its_lease_cannot_change_the_task(now: datetime) -> None:
    sample_tasks.add_row.enqueue(1)
    (old,) = claim(now)
    later = now + 2 * LEASE
    queue.requeue_expired(now=later)
    (new,) = claim(later + timedelta(hours=1), "two")
    before = StoredTask.objects.values().get()
    with pytest.raises(LeaseLost):
        queue.complete(old, 1, now=later)
    with pytest.raises(LeaseLost):
        fail(old, later)
    assert not queue.release(old, now=later)
    assert queue.renew_leases([old], lease=LEASE, now=later) == 0
    assert StoredTask.objects.values().get() == before
    queue.complete(new, 1, now=later)
    assert StoredTask.objects.get().status == Status.SUCCESSFUL


def test_an_interrupted_attempt_is_not_counted(now: datetime) -> None:
    sample_tasks.add_row_and_fail.enqueue(1)
    (stored,) = claim(now)
    assert queue.release(stored, now=now)
    (again,) = claim(now)
    assert (again.attempt, again.max_attempts) == (2, 4)


def test_an_operator_can_retry_a_failed_task_with_new_attempts(now: datetime) -> None:
    sample_tasks.add_row_and_fail.enqueue(1)
    for _ in range(3):
        (stored,) = claim(now)
        assert not queue.retry(stored, now=now)
        fail(stored, now, base_delay=timedelta(0))
    stored.refresh_from_db()
    assert queue.retry(stored, now=now)
    (again,) = claim(now)
    assert (again.attempt, again.max_attempts) == (4, 6)


def test_old_finished_tasks_are_purged_and_others_stay(now: datetime) -> None:
    for number in range(4):
        sample_tasks.add_row.enqueue(number)
    old, recent, _running = claim(now, limit=3)
    queue.complete(old, None, now=now - timedelta(days=2))
    queue.complete(recent, None, now=now)
    assert queue.purge(status=Status.SUCCESSFUL, finished_before=now - timedelta(days=1)) == 1
    left = set(StoredTask.objects.values_list("pk", flat=True))
    assert len(left) == 3
    assert old.pk not in left


def test_the_periodic_purge_keeps_failed_tasks_longer(now: datetime, run_tasks: Any) -> None:
    from extery_site.project.tasks.maintenance import purge_finished_tasks

    states = [
        (Status.SUCCESSFUL, 2),
        (Status.SUCCESSFUL, 0),
        (Status.FAILED, 29),
        (Status.FAILED, 31),
    ]
    for number, (status, days) in enumerate(states):
        result = sample_tasks.add_row.enqueue(number)
        StoredTask.objects.filter(pk=result.id).update(
            status=status, finished_at=datetime.now(UTC) - timedelta(days=days)
        )
    result = purge_finished_tasks.enqueue()
    run_tasks()
    result.refresh()
    assert result.return_value == 2
    left = StoredTask.objects.exclude(pk=result.id)
    assert sorted(stored.arguments["args"][0] for stored in left) == [1, 2]
