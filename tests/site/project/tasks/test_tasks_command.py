"""``extery manage tasks``: output and actions for operators."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from extery.core.errors import ExteryError, NotFound
from extery_site.project.tasks import queue
from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.runner import run_task
from tests.site.project.tasks import sample_tasks

pytestmark = pytest.mark.django_db


def manage(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("tasks", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def failed() -> StoredTask:
    """A task that has failed for good."""
    sample_tasks.add_row_and_fail.enqueue(5)
    for _ in range(3):
        (stored,) = queue.claim(
            worker_id="w", queues=["default"], limit=1, lease=timedelta(60), now=timezone.now()
        )
        run_task(stored)
    return StoredTask.objects.get()


def test_the_command_counts_states_and_lists_tasks(failed: StoredTask) -> None:
    sample_tasks.add_row.enqueue(1)
    out, err = manage()
    assert [line.split() for line in out.splitlines()[:4]] == [
        ["ready", "1"],
        ["running", "0"],
        ["failed", "1"],
        ["successful", "0"],
    ]
    assert "add_row_and_fail  attempt 3 of 3  ValueError: number 5 is wrong" in out
    assert err == ""
    out, _ = manage("list", "--state", "ready")
    assert "add_row_and_fail" not in out
    assert "add_row" in out


def test_the_command_reports_that_no_worker_runs() -> None:
    sample_tasks.add_row.enqueue(1)
    StoredTask.objects.update(run_after=timezone.now() - timedelta(minutes=2))
    assert "1 tasks are overdue" in manage()[1]


def test_the_command_shows_a_task_with_its_errors(failed: StoredTask) -> None:
    out, _ = manage("show", str(failed.pk)[:8])
    assert "arguments [5] {}" in out
    assert out.count("Traceback (most recent call last)") == 3


def test_a_failed_task_is_queued_again(failed: StoredTask) -> None:
    out, err = manage("retry", str(failed.pk))
    assert "queued again: 1" in out
    assert StoredTask.objects.get().status == "READY"
    out, err = manage("retry", str(failed.pk))
    assert "queued again: 0" in out
    assert "its state is ready" in err


def test_all_failed_tasks_are_queued_again(failed: StoredTask) -> None:
    assert "queued again: 1" in manage("retry", "--all")[0]


def test_finished_tasks_are_deleted_on_request(failed: StoredTask) -> None:
    assert "deleted: 0" in manage("purge")[0]
    assert "deleted: 0" in manage("purge", "--state", "failed", "--days", "1")[0]
    assert "deleted: 1" in manage("purge", "--state", "failed")[0]
    assert not StoredTask.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["retry"], "either a list of ids or --all"),
        (["retry", "aaaaaaaa", "--all"], "either a list of ids or --all"),
        (["show", "abc"], "not the beginning of an id"),
        (["show", "zzzzzzzz"], "not the beginning of an id"),
        (["show", "12345678"], "no task"),
    ],
)
def test_an_invalid_request_is_refused(arguments: list[str], message: str, db: Any) -> None:
    with pytest.raises(ExteryError, match=message) as caught:
        manage(*arguments)
    assert caught.value.code.startswith("task.")


def test_an_ambiguous_id_is_refused() -> None:
    for last in "12":
        result = sample_tasks.add_row.enqueue(1)
        StoredTask.objects.filter(pk=result.id).update(
            id=f"abcdef00-0000-4000-8000-00000000000{last}"
        )
    with pytest.raises(NotFound, match="several tasks"):
        manage("show", "abcdef00")
    assert "add_row" in manage("show", "abcdef00-0000-4000-8000-000000000002")[0]
