"""Running a task: effects and success together or not at all, errors recorded and bounded."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from extery_site.listings.models import Revision
from extery_site.project.logs import request_ids
from extery_site.project.tasks import TaskResultDoesNotExist, queue, runner
from extery_site.project.tasks.models import Status, StoredTask
from extery_site.project.tasks.runner import AttemptResult, run_task
from tests.site.project.tasks import sample_tasks

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)


def claim_one() -> StoredTask:
    (stored,) = queue.claim(
        worker_id="one", queues=["default"], limit=1, lease=LEASE, now=timezone.now()
    )
    return stored


def take_lease_away(stored: StoredTask) -> None:
    StoredTask.objects.filter(pk=stored.pk).update(attempt=stored.attempt + 1)


def numbers() -> list[int]:
    return sorted(Revision.objects.values_list("number", flat=True))


def test_a_task_runs_and_stores_its_result(run_tasks: Callable[[], Any]) -> None:
    result = sample_tasks.add_row.enqueue(7)
    assert numbers() == []
    run_tasks()
    assert numbers() == [7]
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == (Status.SUCCESSFUL, 7, 1)
    assert sample_tasks.add_row.get_result(result.id).return_value == 7


def test_tests_can_run_tasks_immediately(immediate_tasks: None) -> None:
    sample_tasks.add_row.enqueue(7)
    assert numbers() == [7]


@pytest.mark.parametrize("unknown", ["no-id", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_result_is_not_found(unknown: str) -> None:
    with pytest.raises(TaskResultDoesNotExist):
        sample_tasks.add_row.get_result(unknown)


@pytest.mark.django_db(transaction=True)
def test_a_task_of_a_transaction_that_is_rolled_back_never_runs(
    run_tasks: Callable[[], Any],
) -> None:
    with transaction.atomic():
        sample_tasks.add_row.enqueue(1)
        transaction.set_rollback(True)
    with transaction.atomic():
        sample_tasks.add_row.enqueue(2)
    run_tasks()
    assert numbers() == [2]


def test_arguments_beyond_the_limit_are_refused() -> None:
    with pytest.raises(ValueError, match="arguments of add_row exceed"):
        sample_tasks.add_row.enqueue("x" * 300_000)  # type: ignore[arg-type]
    assert not StoredTask.objects.exists()


def test_the_effects_of_a_failing_task_are_rolled_back() -> None:
    sample_tasks.add_row_and_fail.enqueue(5)
    outcomes = [run_task(claim_one()) for _ in range(3)]
    assert outcomes == [AttemptResult.RETRY, AttemptResult.RETRY, AttemptResult.FAILED]
    assert numbers() == []
    stored = StoredTask.objects.get()
    assert stored.status == Status.FAILED
    assert [error["exception"] for error in stored.errors] == ["builtins.ValueError"] * 3
    assert "number 5 is wrong" in stored.errors[0]["traceback"]
    assert "add_row_and_fail" in stored.errors[0]["traceback"]
    assert stored.task_result.errors[0].exception_class is ValueError


def test_a_long_error_is_kept_in_bounded_size() -> None:
    sample_tasks.fail_verbosely.enqueue(1_000_000)
    run_task(claim_one())
    text = StoredTask.objects.get().errors[0]["traceback"]
    assert "fail_verbosely" in text
    assert len(text) < 10_000


def test_a_task_cannot_end_its_worker() -> None:
    sample_tasks.exit_process.enqueue()
    assert run_task(claim_one()) is AttemptResult.RETRY
    assert "SystemExit" in StoredTask.objects.get().errors[0]["exception"]


def test_a_result_beyond_the_limit_is_a_failure() -> None:
    sample_tasks.return_text.enqueue(300_000)
    assert run_task(claim_one()) is AttemptResult.RETRY
    assert "return value" in StoredTask.objects.get().errors[0]["traceback"]


def test_the_code_of_a_task_may_be_missing() -> None:
    sample_tasks.add_row.enqueue(1)
    StoredTask.objects.update(task_path="extery_site.nothing.here")
    assert run_task(claim_one()) is AttemptResult.RETRY
    StoredTask.objects.update(task_path="os.remove", run_after=timezone.now())
    assert run_task(claim_one()) is AttemptResult.RETRY
    assert "os.remove is not a task" in StoredTask.objects.get().errors[1]["traceback"]


@pytest.mark.parametrize("name", ["add_row", "add_row_in_completion"])
def test_a_worker_whose_lease_was_lost_leaves_no_effect(name: str) -> None:
    getattr(sample_tasks, name).enqueue(9)
    stored = claim_one()
    take_lease_away(stored)
    before = StoredTask.objects.values().get()
    assert run_task(stored) is AttemptResult.LEASE_LOST
    assert numbers() == []
    assert StoredTask.objects.values().get() == before


def test_a_lease_that_is_lost_while_a_task_fails_leaves_no_error() -> None:
    sample_tasks.add_row_and_fail.enqueue(9)
    stored = claim_one()
    take_lease_away(stored)
    assert run_task(stored) is AttemptResult.LEASE_LOST
    assert StoredTask.objects.get().errors == []


def test_a_task_outside_of_a_transaction_completes_with_its_effects() -> None:
    sample_tasks.add_row_in_completion.enqueue(4)
    assert run_task(claim_one()) is AttemptResult.SUCCESSFUL
    assert numbers() == [4]
    assert StoredTask.objects.get().status == Status.SUCCESSFUL


def test_an_error_in_the_completion_rolls_it_back() -> None:
    sample_tasks.fail_in_completion.enqueue(4)
    assert run_task(claim_one()) is AttemptResult.RETRY
    assert numbers() == []
    assert StoredTask.objects.get().status == Status.READY


def test_a_task_is_logged_under_the_id_of_the_request_that_enqueued_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids: list[str] = []
    monkeypatch.setattr(runner.logger, "info", lambda *_: ids.append(request_ids.current()))
    with request_ids.running("0edf967e194d744c"):
        sample_tasks.add_row.enqueue(1)
    of_request = claim_one()
    run_task(of_request)
    out = io.StringIO()
    call_command("tasks", "show", str(of_request.pk), stdout=out)
    assert "by the request 0edf967e194d744c" in out.getvalue()
    sample_tasks.add_row.enqueue(2)
    own = claim_one()
    run_task(own)
    assert ids == ["0edf967e194d744c", own.pk.hex[:16]]
    assert request_ids.current() == ""
