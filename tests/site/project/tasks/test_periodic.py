"""Periodic jobs: once per period, whatever the number of workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.periodic import Schedule, Scheduler, schedules
from tests.site.project.tasks.sample_tasks import add_weekly_row

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 5, 17, 12, 0, tzinfo=UTC)
JOBS = {add_weekly_row.module_path: Schedule(add_weekly_row, timedelta(hours=1))}


def finish_all() -> None:
    StoredTask.objects.update(status="SUCCESSFUL")


def test_a_job_is_enqueued_once_per_period_by_two_workers() -> None:
    one, two = Scheduler(JOBS), Scheduler(JOBS)
    assert one.enqueue_due(NOON) == [add_weekly_row.module_path]
    finish_all()
    for minutes in (0, 1, 30, 59.9):
        assert two.enqueue_due(NOON + timedelta(minutes=minutes)) == []
        assert one.enqueue_due(NOON + timedelta(minutes=minutes)) == []
    assert two.enqueue_due(NOON + timedelta(minutes=60))
    assert one.enqueue_due(NOON + timedelta(minutes=60)) == []
    assert StoredTask.objects.count() == 2


def test_after_a_pause_a_job_runs_once_and_not_for_every_missed_period() -> None:
    Scheduler(JOBS).enqueue_due(NOON)
    finish_all()
    scheduler = Scheduler(JOBS)
    assert scheduler.enqueue_due(NOON + timedelta(days=3))
    assert scheduler.enqueue_due(NOON + timedelta(days=3)) == []
    assert StoredTask.objects.count() == 2


def test_a_clock_set_back_runs_no_job_twice() -> None:
    scheduler = Scheduler(JOBS)
    scheduler.enqueue_due(NOON)
    finish_all()
    assert scheduler.enqueue_due(NOON - timedelta(hours=5)) == []


def test_a_period_is_skipped_while_the_last_run_is_not_over() -> None:
    scheduler = Scheduler(JOBS)
    scheduler.enqueue_due(NOON)
    assert scheduler.enqueue_due(NOON + timedelta(hours=1)) == []
    finish_all()
    assert scheduler.enqueue_due(NOON + timedelta(hours=2))


def test_the_clean_ups_of_the_site_are_registered() -> None:
    names = {name.removeprefix("extery_site.") for name in schedules()}
    assert names >= {
        "accounts.tasks.delete_expired_sessions",
        "accounts.tasks.delete_expired_tokens",
        "files.tasks.delete_orphan_files",
        "files.tasks.delete_unfinished_uploads",
        "project.tasks.maintenance.purge_finished_tasks",
    }
