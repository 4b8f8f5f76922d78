"""Packages are tested in the Blenders of the site: which, in which order, and what is stored of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from filelock import FileLock

from extery.author.testing.supervise import Ended, Limits
from extery_site.accounts.models import User
from extery_site.catalog.models import BlenderTest, Extension, KnownIncompatibility, Version
from extery_site.catalog.models.known_problem import broken_blenders
from extery_site.project.setting_types import Rate
from extery_site.project.tasks.models import StoredTask
from extery_site.scanning.models import FileCheck
from extery_site.scanning.tasks import check_now
from extery_site.test_runs import blenders, planning, running
from extery_site.test_runs.models import Blender, BlenderRun
from extery_site.test_runs.tasks import forget_removed_runs, plan_tests, run_tests
from extery_site.test_runs.verdict import MAX_LOG, judge, log_of
from tests.site import factories
from tests.site.test_runs.conftest import FAILED, FakeBlenders, answer

pytestmark = pytest.mark.django_db
Publish = Callable[..., Version]


def states() -> dict[str, str]:
    return dict(BlenderRun.objects.values_list("release", "state"))


def test_a_public_version_is_tested_once_in_each_blender(
    fakes: FakeBlenders, published: Publish
) -> None:
    version = published()
    fakes.answers["new"] = FAILED

    assert run_tests.call() == 2
    assert run_tests.call() == 0
    assert states() == {"4.2.23": "passed", "5.3.0": "failed"}
    run = BlenderRun.objects.get(release="5.3.0")
    assert (run.failed_step, run.attempts, run.due_at) == ("enable", 0, None)
    assert "NameError: no gears" in run.text
    assert "Traceback" in run.log
    tests = BlenderTest.objects.order_by("blender").values_list("blender", "release", "works")
    assert [*tests] == [(4_002_000, "4.2.23", True), (5_003_000, "5.3.0", False)]
    assert version.packages.get().sha256 == run.sha256


def test_versions_in_review_come_first_and_old_versions_not_at_all(
    fakes: FakeBlenders, published: Publish, owner: User, settings: Any, tmp_path: Path
) -> None:
    settings.EXTERY_TEST_BLENDERS = (tmp_path / "new",)
    published(id="popular", name="Popular", version="1.0.0")
    published(id="popular", name="Popular", version="1.1.0")
    waiting = factories.make_waiting(owner, id="waits", name="Waits")
    check_now(waiting.package_hashes)
    factories.make_draft(owner, id="draft", name="Draft")

    run_tests.call()
    assert fakes.asked == [("waits", "new"), ("popular", "new")]


def test_only_what_this_machine_can_install_is_tested(
    fakes: FakeBlenders, published: Publish, owner: User, moderator: User
) -> None:
    published(blender_version_max="5.0.0")
    published(id="for_windows", name="For Windows", platforms=["windows-x64"])
    unchecked = factories.make_approved(owner, moderator, id="unchecked", name="Unchecked")
    infected = published(id="infected", name="Infected")
    FileCheck.objects.filter(pk__in=infected.package_hashes).update(state="rejected")

    run_tests.call()
    assert fakes.asked == [("gear_tool", "old")]
    assert not BlenderRun.objects.filter(sha256__in=unchecked.package_hashes).exists()


def test_the_catalogue_is_tested_at_a_pace_and_reviews_are_not(
    fakes: FakeBlenders, published: Publish, owner: User, settings: Any
) -> None:
    settings.EXTERY_TEST_RUNS = Rate(1, timedelta(hours=1), "hour")
    published()
    published(id="other_gear", name="Other gear")
    waiting = factories.make_waiting(owner, id="waits", name="Waits")
    check_now(waiting.package_hashes)

    assert run_tests.call() == 3
    assert [name for name, _ in fakes.asked[:2]] == ["waits", "waits"]
    BlenderRun.objects.update(started_at=timezone.now() - timedelta(hours=2))
    assert run_tests.call() == 1


def test_a_fault_of_the_machine_is_no_failure_and_is_tried_again_later(
    fakes: FakeBlenders, published: Publish, settings: Any, tmp_path: Path
) -> None:
    settings.EXTERY_TEST_BLENDERS = (tmp_path / "new",)
    published()
    killed = answer(last_step="enable", ended=Ended(137, "", "", 0, 1.0))
    for fault in (
        answer(version="", last_step="start", ended=Ended(97, "", "", 0, 0.1)),
        OSError(28, "No space left on device"),
        running.NoSandbox(),
        killed,
    ):
        BlenderRun.objects.update(due_at=timezone.now())
        fakes.answers["new"] = fault
        assert run_tests.call() == 1
        run = BlenderRun.objects.get()
        assert run.state == "not_run"
        assert run.due_at is not None
        assert run.due_at > timezone.now()
        assert not BlenderTest.objects.exists()
    assert run.attempts == 4
    assert run_tests.call() == 0  # not due

    BlenderRun.objects.update(due_at=timezone.now(), attempts=planning.MAX_ATTEMPTS - 1)
    run_tests.call()
    run.refresh_from_db()
    assert (run.state, run.due_at) == ("not_run", None)


def test_a_killed_worker_loses_its_claim_and_its_late_result_is_dropped(
    fakes: FakeBlenders, published: Publish, settings: Any, tmp_path: Path
) -> None:
    settings.EXTERY_TEST_BLENDERS = (tmp_path / "new",)
    published()
    first = planning.take_next(blenders.refresh_blenders())
    assert first is not None
    assert run_tests.call() == 0  # it may still run
    BlenderRun.objects.update(due_at=timezone.now())
    fakes.answers["new"] = FAILED
    assert run_tests.call() == 1

    fakes.answers["new"] = answer()
    running.run_claim(first)
    run = BlenderRun.objects.get()
    assert (run.state, run.claims) == ("failed", 2)
    assert not BlenderTest.objects.get().works


def test_a_run_that_always_loses_its_worker_is_given_up(
    fakes: FakeBlenders, published: Publish, settings: Any, tmp_path: Path
) -> None:
    settings.EXTERY_TEST_BLENDERS = (tmp_path / "new",)
    published()
    for _ in range(planning.MAX_ATTEMPTS):
        BlenderRun.objects.update(due_at=timezone.now())
        assert planning.take_next(blenders.refresh_blenders()) is not None
    BlenderRun.objects.update(due_at=timezone.now())
    assert planning.take_next(blenders.refresh_blenders()) is None
    assert states() == {"5.3.0": "not_run"}
    assert fakes.asked == []


def test_a_package_that_is_discarded_while_it_runs_changes_nothing(
    fakes: FakeBlenders, published: Publish, settings: Any, tmp_path: Path
) -> None:
    settings.EXTERY_TEST_BLENDERS = (tmp_path / "new",)
    version = published()
    claim = planning.take_next(blenders.refresh_blenders())
    assert claim is not None
    file = version.packages.get().file
    version.packages.all().delete()
    running.run_claim(claim)
    assert not BlenderTest.objects.exists()
    file.delete()
    assert forget_removed_runs.call() == 1


def test_a_new_version_of_the_test_replaces_the_results(
    fakes: FakeBlenders, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    run_tests.call()
    monkeypatch.setattr(planning, "HARNESS", planning.HARNESS + 1)
    assert run_tests.call() == 2
    assert set(BlenderRun.objects.values_list("harness", flat=True)) == {planning.HARNESS}


def test_without_a_sandbox_nothing_runs(
    fakes: FakeBlenders, published: Publish, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    published()
    monkeypatch.setattr(blenders, "find_sandbox", lambda: "none")
    assert run_tests.call() == 0
    assert set(Blender.objects.values_list("fault", flat=True)) == {blenders.NO_SANDBOX}
    with pytest.raises(SystemExit):
        call_command("test_blenders")
    assert "No sandbox" in capsys.readouterr().out


def test_the_runner_itself_refuses_to_run_unconfined(
    published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = published().packages.get()
    monkeypatch.setattr(running, "find_sandbox", lambda: "none")
    with pytest.raises(running.NoSandbox):
        running.test_package(package, "/bin/true")


def test_programs_that_are_no_blender_or_the_same_one_are_reported(
    fakes: FakeBlenders, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    settings.EXTERY_TEST_BLENDERS = tuple(tmp_path / one for one in ("new", "again", "word"))
    with pytest.raises(SystemExit):
        call_command("test_blenders")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        f"Blender 5.3.0: {tmp_path / 'new'}",
        f"Blender 5.3.0: {tmp_path / 'again'}",
        "  Another program is Blender 5.3.0 too.",
        f"wrong: {tmp_path / 'word'}",
        "  No Blender: there is no such file.",
    ]
    assert [one.release for one in blenders.refresh_blenders()] == ["5.3.0"]
    settings.EXTERY_TEST_BLENDERS = ()
    plan_tests.call()
    assert not Blender.objects.exists()


def test_code_that_is_tested_does_not_find_the_data_and_the_yara_rules(
    published: Publish, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = published().packages.get()
    seen: list[Any] = []
    monkeypatch.setattr(running, "run_in_blender", lambda *given: seen.append(given[-1].hidden))
    monkeypatch.setattr(running, "find_sandbox", lambda: "namespaces")
    settings.EXTERY_YARA_RULES = tmp_path / "rules"
    running.test_package(package, "/bin/true")
    settings.EXTERY_YARA_RULES.mkdir()
    running.test_package(package, "/bin/true")
    settings.EXTERY_YARA_RULES = Path("/")  # as a whole it cannot be hidden
    running.test_package(package, "/bin/true")

    data = settings.EXTERY_DATA
    assert seen == [[data], [data, tmp_path / "rules"], [data]]


def test_the_worker_for_blenders_gets_one_task_and_others_none(
    fakes: FakeBlenders, published: Publish, settings: Any
) -> None:
    published()
    StoredTask.objects.all().delete()
    plan_tests.call()
    plan_tests.call()
    assert [*StoredTask.objects.values_list("queue_name", flat=True)] == ["blender"]
    with FileLock(Path(settings.EXTERY_DATA) / "test-runs.lock"):
        assert run_tests.call() == 0
    assert fakes.asked == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answer(), ("passed", "")),
        (FAILED, ("failed", "enable")),
        (answer(last_step="enable", ended=Ended(139, "", "", 0, 1.0)), ("failed", "crash")),
        (answer(last_step="enable", ended=Ended(0, "", "", 0, 1.0)), ("failed", "crash")),
        (answer(last_step="disable", ended=Ended(-9, "time", "", 0, 120.0)), ("failed", "time")),
        (answer(last_step="enable", ended=Ended(-9, "memory", "", 0, 9.0)), ("failed", "memory")),
        (answer(last_step="start", ended=Ended(-9, "time", "", 0, 120.0)), ("not_run", "")),
        (answer(ended=Ended(139, "", "", 0, 1.0)), ("passed", "")),  # at its exit
    ],
)
def test_an_answer_is_judged(found: Any, expected: tuple[str, str]) -> None:
    verdict = judge(found, release="5.3.0", id_="gear_tool", declared=(), limits=Limits())
    assert (verdict.state, verdict.step) == expected


def test_the_log_is_bounded_and_has_no_control_characters() -> None:
    noise = "\x1b[31mred\u202e\x00\ud800" * 30_000
    found = FAILED._replace(ended=Ended(0, "", noise, len(noise), 1.0), trace=noise)
    verdict = judge(found, release="5.3.0", id_="gear_tool", declared=(), limits=Limits())
    log = log_of(found, verdict)
    assert len(log) <= MAX_LOG
    assert "\\x1b[31mred\\u202e\\x00\\ud800" in log
    assert all(char.isprintable() or char == "\n" for char in log)


def test_a_test_outranks_the_code_in_the_catalogue(
    fakes: FakeBlenders, published: Publish, settings: Any, tmp_path: Path, client: Client
) -> None:
    version = published()
    package = version.packages.get()
    broken = Extension.objects.with_known_problems((5, 3, 0))
    KnownIncompatibility.objects.create(package=package, blender=5_003_000)
    assert broken.exists()
    assert broken_blenders(version) == ["5.3"]
    page = client.get(version.extension.get_absolute_url()).content.decode()
    assert "Known to break in <strong>Blender 5.3</strong>" in page
    run_tests.call()
    assert not broken.exists()
    assert broken_blenders(version) == []
    KnownIncompatibility.objects.all().delete()
    BlenderRun.objects.update(due_at=timezone.now())
    fakes.answers["new"] = FAILED
    run_tests.call()
    assert broken.exists()
    assert broken_blenders(version) == ["5.3"]
    assert not Extension.objects.with_known_problems((4, 2, 0)).exists()
    Version.objects.update(blender_max=5_003_000)
    version.refresh_from_db()
    assert broken_blenders(version) == []
