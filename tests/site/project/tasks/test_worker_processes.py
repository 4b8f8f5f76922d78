"""Real worker processes: killed, stopped, simultaneous; every effect exactly once."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from extery_site.catalog.models import Tag
from extery_site.listings.models import Revision
from extery_site.project.tasks.models import PeriodicJob, Status, StoredTask
from tests.site.project.tasks import sample_tasks
from tests.site.project.tasks.processes import worker_process
from tests.waiting import HANG, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The file that workers write their log to."""
    return tmp_path / "worker.log"


def numbers() -> list[int]:
    """The effects of the tasks that tests enqueue."""
    return sorted(Revision.objects.values_list("number", flat=True))


def finished(*results: Any) -> Callable[[], bool]:
    """Return a condition: all these tasks were successful."""
    ids = [result.id for result in results]
    return lambda: (
        StoredTask.objects.filter(pk__in=ids, status=Status.SUCCESSFUL).count() == len(ids)
    )


def test_the_task_of_a_killed_worker_is_run_by_another_with_one_effect(
    tmp_path: Path, log: Path
) -> None:
    result = sample_tasks.add_row_when_allowed.enqueue(5, str(tmp_path))
    with worker_process("--lease", "2", log=log) as first:
        wait_until((tmp_path / "started-1").exists, log=log)
        first.kill()
        first.wait()
    assert numbers() == []
    assert StoredTask.objects.get(pk=result.id).status == Status.RUNNING
    with worker_process("--lease", "2", log=log):
        wait_until((tmp_path / "started-2").exists, log=log)
        (tmp_path / "go").touch()
        wait_until(finished(result), log=log)
    assert numbers() == [5]
    stored = StoredTask.objects.get(pk=result.id)
    assert (stored.attempt, len(set(stored.worker_ids))) == (2, 2)
    assert "WorkerLost" in stored.errors[0]["exception"]


def suspend_outside_transactions(process: subprocess.Popen[bytes]) -> None:
    """Suspend a worker while no thread of it holds SQLite's only write lock, or one of a task on PostgreSQL."""
    for _ in range(1000):
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.01)  # until the database has done what it was asked for
        if connection.vendor == "sqlite":
            is_free = is_writable(connection.settings_dict["NAME"])
        else:
            is_free = not is_locked(StoredTask) and not is_locked(PeriodicJob)
        if is_free:
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
    pytest.fail("the worker always holds a lock")


def is_locked(model: Any) -> bool:
    """Return whether a transaction has locked a row."""
    with transaction.atomic():
        free = model.objects.select_for_update(skip_locked=True).values_list("pk", flat=True)
        return len(free) < model.objects.count()


def is_writable(database: str) -> bool:
    with closing(sqlite3.connect(database, timeout=0.2, isolation_level=None)) as writer:
        try:
            writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        writer.execute("ROLLBACK")
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be suspended there")
def test_a_worker_that_resumes_after_its_lease_expired_has_no_effect(
    tmp_path: Path, log: Path
) -> None:
    result = sample_tasks.add_row_when_allowed.enqueue(5, str(tmp_path))
    with worker_process("--lease", "2", log=log) as first:
        wait_until((tmp_path / "started-1").exists, log=log)
        suspend_outside_transactions(first)
        with worker_process("--lease", "120", log=log) as second:
            wait_until((tmp_path / "started-2").exists, log=log)
            first.send_signal(signal.SIGCONT)
            (tmp_path / "go").touch()
            wait_until(finished(result), log=log)
            wait_until(lambda: "result dropped" in log.read_text(encoding="utf-8"), log=log)
            assert second.poll() is None
    assert numbers() == [5]


def test_two_workers_run_two_hundred_tasks_once_each(log: Path) -> None:
    results = [sample_tasks.add_row.enqueue(number) for number in range(200)]
    with worker_process(log=log), worker_process(log=log):
        wait_until(finished(*results), log=log)
    assert numbers() == list(range(200))
    tasks = StoredTask.objects.filter(pk__in=[result.id for result in results])
    assert set(tasks.values_list("attempt", flat=True)) == {1}


def test_two_workers_enqueue_a_periodic_job_once(log: Path) -> None:
    def runs() -> int:
        return StoredTask.objects.filter(task_path=sample_tasks.add_weekly_row.module_path).count()

    with worker_process(log=log) as first, worker_process(log=log) as second:
        wait_until(runs, log=log)
        marks = [sample_tasks.add_row.enqueue(number) for number in range(20)]
        wait_until(finished(*marks), log=log)
        for process in (first, second):
            process.send_signal(signal.SIGTERM)
            assert process.wait(HANG) == 0
    assert runs() == 1
    assert Tag.objects.filter(slug="weekly").count() == 1
    assert PeriodicJob.objects.filter(name=sample_tasks.add_weekly_row.module_path).count() == 1


def test_a_task_that_kills_its_worker_fails_for_good(log: Path) -> None:
    result = sample_tasks.kill_worker.enqueue()
    for _ in range(3):
        with worker_process("--lease", "1", log=log) as process:
            assert process.wait(HANG) != 0
    with worker_process("--lease", "1", log=log):
        wait_until(lambda: StoredTask.objects.get(pk=result.id).status == Status.FAILED, log=log)
    assert "WorkerLost" in StoredTask.objects.get(pk=result.id).errors[-1]["exception"]


@pytest.mark.parametrize("how", ["SIGTERM", "end of stdin"])
def test_a_stopped_worker_finishes_its_task(tmp_path: Path, log: Path, how: str) -> None:
    result = sample_tasks.add_row_when_allowed.enqueue(5, str(tmp_path))
    with worker_process("--grace", "300", "--stop-with-stdin", log=log) as process:
        wait_until((tmp_path / "started-1").exists, log=log)
        if how == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        else:
            assert process.stdin is not None
            process.stdin.close()
        later = sample_tasks.add_row.enqueue(6)
        (tmp_path / "go").touch()
        assert process.wait(HANG) == 0
    assert finished(result)()
    assert 5 in numbers()
    assert StoredTask.objects.get(pk=later.id).status in {Status.READY, Status.SUCCESSFUL}


def test_a_stopped_worker_releases_a_task_that_it_cannot_finish_in_time(
    tmp_path: Path, log: Path
) -> None:
    result = sample_tasks.add_row_when_allowed.enqueue(5, str(tmp_path))
    with worker_process("--grace", "0.1", log=log) as process:
        wait_until((tmp_path / "started-1").exists, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG) == 0
    stored = StoredTask.objects.get(pk=result.id)
    assert (stored.status, stored.attempt, stored.max_attempts) == (Status.READY, 1, 4)
    assert numbers() == []
    assert "interrupted: requeued" in log.read_text(encoding="utf-8")


def test_a_task_beyond_its_time_limit_fails_and_its_worker_ends(tmp_path: Path, log: Path) -> None:
    result = sample_tasks.wait_beyond_the_limit.enqueue(str(tmp_path))
    with worker_process("--lease", "1", "--grace", "0.1", log=log) as process:
        assert process.wait(HANG) == 1
    stored = StoredTask.objects.get(pk=result.id)
    assert stored.status == Status.FAILED
    assert "ran longer than 0:00:00.1" in stored.errors[0]["traceback"]


def test_slow_tasks_leave_a_thread_for_other_queues(tmp_path: Path, log: Path) -> None:
    slow = [sample_tasks.wait_in_slow_queue.enqueue(n, str(tmp_path)) for n in range(4)]
    with worker_process("--threads", "3", log=log):
        wait_until(lambda: len(list(tmp_path.glob("slow-*"))) == 2, log=log)
        quick = sample_tasks.add_row.enqueue(1)
        wait_until(finished(quick), log=log)
        assert len(list(tmp_path.glob("slow-*"))) == 2
        (tmp_path / "go").touch()
        wait_until(finished(*slow), log=log)


def test_a_worker_logs_a_line_for_each_attempt(log: Path) -> None:
    good, bad = sample_tasks.add_row.enqueue(1), sample_tasks.add_row_and_fail.enqueue(2)
    with worker_process(log=log):
        wait_until(finished(good), log=log)
        wait_until(lambda: StoredTask.objects.get(pk=bad.id).status == Status.FAILED, log=log)
        wait_until(lambda: "failed for good" in log.read_text(encoding="utf-8"), log=log)
    text = log.read_text(encoding="utf-8")
    assert f"add_row {good.id[:8]} succeeded in" in text
    assert text.count("failed in attempt") == 2
    assert f"{bad.id[:8]} failed for good after attempt 3: ValueError: number 2 is wrong" in text
