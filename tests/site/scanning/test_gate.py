"""No action publishes a version whose required checks were not made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Version
from extery_site.catalog.transitions import TRANSITIONS
from extery_site.moderation import automatic, decisions
from extery_site.moderation.findings import findings_of
from extery_site.moderation.waivers import waive
from extery_site.scanning import gate
from extery_site.scanning.models import FileCheck
from extery_site.scanning.tasks import check_now
from tests.site import factories
from tests.site.scanning.conftest import SetSteps
from tests.site.scanning.fake_steps import NOT_SCANNED, WITH_ERROR, FakeStep

pytestmark = pytest.mark.django_db


def approve(version: Version, by: User) -> None:
    decisions.approve_version(version=version, packages=version.package_hashes, by=by)


def code_of(version: Version, by: User) -> str:
    with pytest.raises(Conflict) as error:
        approve(version, by)
    return error.value.problems[0].code


def test_a_version_waits_for_the_check_and_can_be_approved_after_it(
    owner: User, moderator: User, scanner: FakeStep
) -> None:
    version = factories.make_waiting(owner)
    assert code_of(version, moderator) == "scan.not-finished"
    assert Version.objects.get().status == Version.Status.IN_REVIEW

    check_now(version.package_hashes)
    approve(version, moderator)

    assert Version.objects.get().is_public


def test_an_unavailable_scanner_is_not_a_clean_one(
    owner: User, moderator: User, scanner: FakeStep
) -> None:
    scanner.is_down = True
    version = factories.make_waiting(owner)
    check_now(version.package_hashes)

    assert code_of(version, moderator) == "scan.unavailable"
    [problem] = gate.problems_of(version)
    assert "The scanner does not answer" in problem.message


def test_a_finding_to_fix_keeps_a_version_from_its_approval_until_it_is_waived(
    owner: User, moderator: User, scanner: FakeStep
) -> None:
    scanner.outcome = WITH_ERROR
    version = factories.make_waiting(owner)
    check_now(version.package_hashes)
    assert FileCheck.objects.get().state == "needs_author"
    assert code_of(version, moderator) == "review.finding-open"
    [fingerprint] = findings_of(Version.objects.get())

    waive(version=version, fingerprint=fingerprint, by=moderator, reason="It is built by hand.")
    approve(version, moderator)

    assert Version.objects.get().is_public


def test_a_moderator_decides_about_what_the_machine_cannot(
    owner: User, moderator: User, scanner: FakeStep
) -> None:
    scanner.outcome = NOT_SCANNED
    version = factories.make_waiting(owner)
    check_now(version.package_hashes)
    assert FileCheck.objects.get().state == "needs_moderator"

    approve(version, moderator)

    assert Version.objects.get().is_public


def test_a_check_that_is_not_required_keeps_nobody_waiting(
    owner: User, moderator: User, set_steps: SetSteps
) -> None:
    set_steps(FakeStep("inventory"))

    approve(factories.make_waiting(owner), moderator)

    assert Version.objects.get().is_public


def test_every_package_of_a_version_is_checked(
    owner: User, moderator: User, scanner: FakeStep
) -> None:
    factories.make_draft(owner, platforms=["linux-x64"])
    version = factories.complete(factories.make_draft(owner, platforms=["windows-x64"]))
    from extery_site.publish.actions import submit

    version = submit(version=version, by=owner)
    check_now(version.package_hashes[:1])
    assert code_of(version, moderator) == "scan.not-finished"

    check_now(version.package_hashes)
    approve(version, moderator)


def test_every_transition_to_a_public_version_passes_the_gate() -> None:
    """`gate.PUBLISHING` names them again, so that a new one is not forgotten."""
    public = {Version.Status.APPROVED, Version.Status.COOLING_DOWN}
    expected = {
        change.event
        for change in TRANSITIONS
        if change.of is Version
        and change.target in public
        and not change.sources <= {Version.Status.APPROVED}
    }

    assert expected | {Event.Kind.FIRST_APPROVED} == gate.PUBLISHING


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (change, status)
        for change in TRANSITIONS
        if change.event in gate.PUBLISHING
        for status in sorted(change.sources)
    ],
    ids=lambda value: getattr(value, "event", value),
)
def test_no_transition_publishes_an_unchecked_version(
    change: transitions.Transition, status: str, owner: User, moderator: User, scanner: FakeStep
) -> None:
    version = factories.make_complete(owner)
    Version.objects.filter(pk=version.pk).update(status=status)
    by = {"owner": owner, "moderator": moderator}.get(change.role.value)

    with (
        pytest.raises(Conflict) as error,
        lifecycle.transition(change, version=version, by=by),
    ):
        pass

    assert error.value.problems[0].code == "scan.not-finished"
    assert Version.objects.get().status == status


def test_a_version_becomes_public_by_itself_only_after_all_checks_have_passed(
    owner: User, moderator: User, set_steps: SetSteps, settings: Any, run_tasks: Callable[[], int]
) -> None:
    settings.EXTERY_LATER_VERSIONS = "by-risk"
    settings.EXTERY_RISK_AT_ONCE = settings.EXTERY_RISK_UNREVIEWED = 99
    optional = FakeStep("inventory", outcome=NOT_SCANNED)
    set_steps(FakeStep("malware", is_required=True), optional)
    first = factories.make_waiting(owner)
    run_tasks()
    approve(first, moderator)
    later = factories.make_waiting(owner, version="1.1.0")
    assert list(gate.obstacles(later)) == ["Its checks are not finished"]

    run_tasks()

    later.refresh_from_db()
    assert later.status == Version.Status.IN_REVIEW
    assert "A check needs a person" in automatic.obstacles(later)
    optional.outcome, optional.version = type(NOT_SCANNED)(NOT_SCANNED.outcome.PASSED), "2"
    check_now(later.package_hashes)
    run_tasks()
    later.refresh_from_db()
    assert later.status == Version.Status.APPROVED
