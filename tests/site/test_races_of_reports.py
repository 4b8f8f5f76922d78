"""Simultaneous reports, claims, decisions, appeals and suspensions: one succeeds."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from extery_site.accounts.models import Suspension, User
from extery_site.accounts.suspensions import lift_suspension, suspend_user
from extery_site.catalog.models import Event
from extery_site.moderation import decisions
from extery_site.reports import actions, handling
from extery_site.reports.appeals import appeal, decide_appeal
from extery_site.reports.models import Appeal, Case, CaseEntry, Report
from extery_site.reports.targets import find_target
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


def report(name: str, by: User) -> Report:
    target = find_target("user", name, by)
    return actions.report_target(target=target, by=by, reason="other", text="Look")


def test_simultaneous_first_reports_begin_one_case(owner: User) -> None:
    people = [factories.make_user(f"user{number}") for number in range(3)]
    results = run_simultaneously(
        *(partial(report, "ada", person) for person in [*people, people[0]])
    )
    assert errors_of(results) == ["report.already-reported"]
    assert Case.objects.get().reports.count() == 3


def test_a_case_has_one_decision_and_one_claim(
    owner: User, moderator: User, stranger: User
) -> None:
    imani = factories.make_moderator("imani")
    case = report("ada", stranger).case
    claims = run_simultaneously(
        *(partial(handling.claim_case, case=case, by=by) for by in (moderator, imani))
    )
    assert errors_of(claims) == ["report.already-claimed"]
    results = run_simultaneously(
        partial(handling.resolve_case, case=case, by=moderator, note="True"),
        partial(handling.dismiss_case, case=case, by=imani, note="Untrue"),
        partial(actions.withdraw_report, report=case.reports.get(), by=stranger),
    )
    assert errors_of(results) in (["report.already-handled"] * 2,)
    kinds = {"resolved", "dismissed", "withdrawn"}
    assert CaseEntry.objects.filter(kind__in=kinds).count() == 1
    case.refresh_from_db()
    assert case.status == CaseEntry.objects.get(kind__in=kinds).kind


def test_a_case_is_reopened_or_a_newer_one_begins(
    owner: User, moderator: User, stranger: User
) -> None:
    case = report("ada", stranger).case
    handling.dismiss_case(case=case, by=moderator, note="No")
    results = run_simultaneously(
        partial(handling.reopen_case, case=case, by=moderator, reason="Look again"),
        partial(report, "ada", stranger),
    )
    assert set(errors_of(results)) <= {"report.other-case-open", "report.already-reported"}
    assert Case.objects.filter(status="open").count() == 1


def test_an_appeal_is_made_and_decided_once(owner: User, moderator: User) -> None:
    imani, noa = factories.make_moderator("imani"), factories.make_moderator("noa")
    version = factories.make_waiting(owner)
    event = decisions.decline_version(
        version=version, packages=version.package_hashes, by=moderator, reason="A copy"
    )
    make = partial(appeal, decision=f"event-{event.pk}", by=owner, text="Please")
    assert errors_of(run_simultaneously(make, make)) == ["appeal.already-made"]
    made = Appeal.objects.get()
    results = run_simultaneously(
        partial(decide_appeal, appeal=made, by=imani, grant=True, answer="Yes"),
        partial(decide_appeal, appeal=made, by=noa, grant=False, answer="No"),
    )
    assert errors_of(results) == ["appeal.already-decided"]
    made.refresh_from_db()
    reconsidered = Event.objects.filter(kind="reconsidered").count()
    assert (made.status == "granted") == (reconsidered == 1)


def test_a_user_is_suspended_and_a_suspension_lifted_once(stranger: User, moderator: User) -> None:
    suspend = partial(
        suspend_user,
        user=stranger,
        by=moderator,
        reason="Insults",
        ends_at=timezone.now() + timedelta(days=7),
    )
    assert errors_of(run_simultaneously(suspend, suspend)) == ["account.already-suspended"]
    assert Suspension.objects.count() == 1
    lift = partial(lift_suspension, user=stranger, by=moderator, reason="Enough")
    assert errors_of(run_simultaneously(lift, lift)) == ["account.not-suspended"]
