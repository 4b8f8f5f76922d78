"""Every upload is checked by the worker; each step is recorded, repeated when needed, and never passed by absence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.files.models import StoredFile
from extery_site.project.tasks.models import StoredTask
from extery_site.scanning import scheduling
from extery_site.scanning.models import FileCheck, StepResult
from extery_site.scanning.results import MAX_FAILURES
from extery_site.scanning.steps.step import Outcome, StepOutcome
from extery_site.scanning.tasks import check_now, check_outdated_files
from tests.site import factories
from tests.site.scanning.conftest import SetSteps
from tests.site.scanning.fake_steps import INFECTED, WITH_ERROR, FakeStep

pytestmark = pytest.mark.django_db

State = FileCheck.State
RunTasks = Callable[[], int]
Clock = Callable[[float], None]


def uploaded(owner: User, **fields: Any) -> FileCheck:
    version = factories.make_draft(owner, **fields)
    return FileCheck.objects.get(pk=version.package_hashes[0])


def test_an_upload_is_received_and_checked_by_the_worker(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    check = uploaded(owner)
    assert check.state == State.RECEIVED
    assert scanner.runs == []

    run_tasks()

    check.refresh_from_db()
    assert check.state == State.PASSED
    assert check.due_at is None
    assert check.finished_at is not None
    assert scanner.runs == [check.sha256]
    result = check.steps.get(name="malware")
    assert (result.name, result.outcome, result.version) == ("malware", "passed", "1")
    assert result.attempts == result.failures == 0
    assert result.seconds >= 0


def test_the_findings_of_all_steps_are_those_of_the_package_in_their_order(
    owner: User, set_steps: SetSteps, run_tasks: RunTasks
) -> None:
    set_steps(FakeStep("first", outcome=WITH_ERROR), FakeStep("second"))

    check = uploaded(owner)
    run_tasks()

    check.refresh_from_db()
    assert check.state == State.NEEDS_AUTHOR
    [package] = Version.objects.get().packages.all()
    assert [problem["code"] for problem in package.problems] == ["package.wheel-missing"]


def test_a_step_that_has_nothing_to_check_is_skipped(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    scanner.applies = False

    check = uploaded(owner)
    run_tasks()

    check.refresh_from_db()
    assert check.state == State.PASSED
    assert check.steps.get(name="malware").outcome == Outcome.SKIPPED
    assert scanner.runs == []


def test_an_unavailable_scanner_is_asked_again_and_passes_nothing_meanwhile(
    owner: User, scanner: FakeStep, run_tasks: RunTasks, clock: Clock
) -> None:
    scanner.is_down = True
    check = uploaded(owner)

    run_tasks()

    check.refresh_from_db()
    assert check.state == State.UNAVAILABLE
    result = check.steps.get(name="malware")
    assert (result.outcome, result.attempts) == ("unavailable", 1)
    assert result.note == "The scanner does not answer."
    first = check.due_at
    assert first is not None

    clock(600)
    run_tasks()
    check.refresh_from_db()
    assert check.state == State.UNAVAILABLE
    assert check.steps.get(name="malware").attempts == 2

    scanner.is_down = False
    clock(600)
    run_tasks()
    check.refresh_from_db()
    assert (check.state, check.attempts, check.due_at) == (State.PASSED, 0, None)
    assert check.steps.get(name="malware").note == ""


def test_when_the_scanner_answers_again_all_files_that_wait_for_it_are_checked_at_once(
    owner: User, scanner: FakeStep, run_tasks: RunTasks, clock: Clock
) -> None:
    scanner.is_down = True
    waiting = [uploaded(owner, id=f"tool_{number}") for number in range(3)]
    for _ in range(4):
        run_tasks()
        clock(3600)
    scanner.is_down = False
    FileCheck.objects.update(due_at=None)
    scheduling.make_due([waiting[0].sha256])
    for check in waiting[1:]:
        FileCheck.objects.filter(pk=check.pk).update(
            due_at=scheduling.timezone.now().replace(year=2100)
        )

    check_now([waiting[0].sha256])
    run_tasks()

    assert set(FileCheck.objects.values_list("state", flat=True)) == {State.PASSED}


def test_a_result_of_before_stays_while_there_is_no_newer_one(
    owner: User, scanner: FakeStep, run_tasks: RunTasks, clock: Clock
) -> None:
    check = uploaded(owner)
    run_tasks()
    scanner.version, scanner.is_down = "2", True
    scheduling.make_due([check.sha256])
    clock(1)

    check_now([check.sha256])

    check.refresh_from_db()
    assert check.state == State.PASSED
    assert check.due_at is not None
    result = check.steps.get(name="malware")
    assert (result.outcome, result.version, result.attempts) == ("passed", "1", 1)


def test_steps_with_a_current_result_do_not_run_again(
    owner: User, set_steps: SetSteps, run_tasks: RunTasks
) -> None:
    first, second = FakeStep("first"), FakeStep("second", is_down=True)
    set_steps(first, second)
    check = uploaded(owner)
    run_tasks()

    check_now([check.sha256])

    assert len(first.runs) == 1
    assert len(second.runs) == 0


def test_a_file_that_is_not_due_is_not_checked_twice(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    check = uploaded(owner)
    from extery_site.scanning.tasks import check_file

    check_file.enqueue(check.sha256)
    scanner.version = "2"
    run_tasks()

    assert scanner.runs == [check.sha256]


def test_a_step_that_fails_is_tried_again_and_given_up_after_some_failures(
    owner: User, scanner: FakeStep, run_tasks: RunTasks, clock: Clock
) -> None:
    scanner.outcome = RuntimeError("hostile")
    check = uploaded(owner)

    for attempt in range(1, MAX_FAILURES):
        run_tasks()
        result = check.steps.get(name="malware")
        assert (result.outcome, result.failures) == ("unavailable", attempt)
        assert result.note == "The check failed: RuntimeError."
        clock(3600)
    run_tasks()

    check.refresh_from_db()
    assert check.state == State.NEEDS_MODERATOR
    assert check.steps.get(name="malware").outcome == Outcome.FAILED
    assert len(scanner.runs) == MAX_FAILURES


def test_a_file_that_ends_the_worker_each_time_is_given_up_too(
    owner: User, scanner: FakeStep
) -> None:
    class Killed(BaseException):
        """Nothing after it runs, as in a process that was killed."""

    def kill() -> None:
        raise Killed

    scanner.before = kill
    check = uploaded(owner)
    for _ in range(MAX_FAILURES):
        with pytest.raises(Killed):
            check_now([check.sha256])

    check_now([check.sha256])

    check.refresh_from_db()
    assert check.state == State.NEEDS_MODERATOR
    assert check.steps.get(name="malware").note == "The check ended its process."
    assert len(scanner.runs) == MAX_FAILURES


def test_a_discarded_package_is_no_longer_due(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    from extery_site.publish.actions import discard_draft

    check = uploaded(owner)
    discard_draft(version=Version.objects.get(), by=owner)

    run_tasks()

    check.refresh_from_db()
    assert check.due_at is None
    assert scanner.runs == []
    StoredFile.objects.all().delete()
    assert scheduling.forget_removed() == 2  # with its result


def test_a_package_that_is_discarded_while_it_is_checked_is_no_error(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    from extery_site.publish.actions import discard_draft

    check = uploaded(owner)
    scanner.before = lambda: discard_draft(version=Version.objects.get(), by=owner)
    scanner.outcome = INFECTED

    run_tasks()

    check.refresh_from_db()
    assert check.due_at is None
    # What was found in it is known, although there is no package any more.
    assert check.state == State.REJECTED


def test_the_whole_catalogue_is_checked_again_when_the_signatures_change_at_the_set_pace(
    owner: User, scanner: FakeStep, run_tasks: RunTasks, settings: Any, clock: Clock
) -> None:
    for number in range(5):
        uploaded(owner, id=f"tool_{number}")
    run_tasks()
    assert len(scanner.runs) == 5
    scanner.version = "2"
    settings.EXTERY_RESCANS = type(settings.EXTERY_RESCANS)(
        120, settings.EXTERY_RESCANS.period, "hour"
    )
    clock(1)

    assert check_outdated_files.call() == 2
    run_tasks()
    assert len(scanner.runs) == 7
    assert check_outdated_files.call() == 2
    assert check_outdated_files.call() == 1
    run_tasks()

    assert check_outdated_files.call() == 0
    assert len(scanner.runs) == 10
    assert set(StepResult.objects.filter(name="malware").values_list("version", flat=True)) == {"2"}


def test_packages_of_before_there_were_checks_are_checked_too(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    check = uploaded(owner)
    FileCheck.objects.all().delete()
    StoredTask.objects.all().delete()

    assert check_outdated_files.call() == 1
    run_tasks()

    assert FileCheck.objects.get(pk=check.pk).state == State.PASSED


def test_a_file_whose_task_was_lost_is_checked_after_a_while(
    owner: User, scanner: FakeStep, run_tasks: RunTasks, clock: Clock
) -> None:
    check = uploaded(owner)
    StoredTask.objects.all().delete()
    assert check_outdated_files.call() == 0
    clock(1000)

    assert check_outdated_files.call() == 1
    run_tasks()

    check.refresh_from_db()
    assert check.state == State.PASSED


def test_text_that_the_database_cannot_store_is_cleaned(
    owner: User, scanner: FakeStep, run_tasks: RunTasks
) -> None:
    scanner.outcome = StepOutcome(
        Outcome.NOT_SCANNED, details={"a\0b": ["c\0"]}, note="one\0two\x1b[31m" + "x" * 1000
    )
    check = uploaded(owner)

    run_tasks()

    result = check.steps.get(name="malware")
    assert result.details == {"ab": ["c"]}
    assert len(result.note) <= 300
    assert "\x1b" not in result.note


def test_the_rules_of_an_upload_do_not_run_again_until_they_change(
    owner: User, run_tasks: RunTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extery_site.scanning.steps import rules

    runs: list[str] = []
    real = rules.check_package
    monkeypatch.setattr(
        rules, "check_package", lambda file, name: runs.append(name) or real(file, name)
    )
    version = factories.make_draft(owner, tagline="Makes gears that turn and turn again")
    before = version.packages.get().problems
    run_tasks()
    result = StepResult.objects.get(name="rules")
    assert (result.version, result.problems) == (rules.version(), before)
    assert runs == []

    monkeypatch.setattr(rules, "REVISION", 10_000)
    assert check_outdated_files.call() == 1
    run_tasks()

    assert runs == ["upload.zip"]
    assert version.packages.get().problems == before
    assert StepResult.objects.get(name="rules").version.startswith("revision 10000,")
