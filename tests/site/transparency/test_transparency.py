"""The public figures: what is counted when, small numbers about users, the page, the API and the file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import Suspension, User
from extery_site.accounts.suspensions import suspend_user
from extery_site.catalog.models import Event
from extery_site.moderation.decisions import decline_version, request_changes
from extery_site.moderation.models import Answer
from extery_site.moderation.undo import undo
from extery_site.reports import actions as reports
from extery_site.reports import handling, period_figures
from extery_site.reports.appeals import appeal, decide_appeal
from extery_site.reports.models import Report
from extery_site.reports.targets import find_target
from extery_site.transparency import months, report
from extery_site.transparency.counting import EVENTS, REPORTS, REVIEWS, TIMES, USERS
from extery_site.transparency.models import PeriodFigures
from extery_site.transparency.report import Period, Range
from tests.site import factories
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(owner: User, moderator: User, stranger: User) -> None:
    """Decisions, reports, an appeal and a suspension of this month."""
    other = factories.make_moderator("imani")
    gear = factories.make_approved(owner, moderator)
    factories.make_approved(moderator, other, id="harbour", name="Harbour")
    factories.make_blocked(owner, moderator, id="bad_apple", name="Bad Apple")
    returned = factories.make_waiting(owner, id="rock_garden", name="Rock Garden")
    request_changes(
        version=returned, packages=returned.package_hashes, by=moderator, reason="Please explain."
    )
    declined = factories.make_waiting(owner, id="snow_maker", name="Snow Maker")
    decline_version(
        version=declined, packages=declined.package_hashes, by=moderator, reason="A copy."
    )
    event = Event.objects.get(kind=Event.Kind.DECLINED)
    made = appeal(decision=f"event-{event.pk}", by=owner, text="It is my own work.")
    decide_appeal(appeal=made, by=other, grant=False, answer="It is not.")
    for reason in ("broken", "malicious"):
        sent = reports.report_extension(
            extension=gear.extension,
            by=factories.make_user(f"by_{reason}"),
            reason=reason,
            text="It does.",
        )
    handling.resolve_case(case=sent.case, by=moderator, note="It did.")
    target = find_target("user", "ada", stranger)
    reports.report_target(target=target, by=stranger, reason="offensive", text="Rude.")
    suspend_user(
        user=stranger, by=moderator, reason="Spam.", ends_at=timezone.now() + timedelta(days=3)
    )


def test_the_month_has_what_happened_in_it(site: None, client: Client) -> None:
    assert months.refresh() == 1
    found = report.read()
    (month,) = found.months
    assert month.counts == {
        "submitted": 5,
        "approved": 3,
        "changes_requested": 1,
        "declined": 1,
        "withdrawn": 0,
        "blocked": 1,
        "unblocked": 0,
        "own_work": 0,
        "published_early": 0,
        "reports": 2,
        "resolved": 1,
        "dismissed": 0,
        "appeals": 1,
        "appeals_granted": 0,
        "appeals_rejected": 1,
    }
    assert month.users == {
        "user_reports": Range(1, 4),
        "user_appeals": Range(0, 0),
        "suspensions": Range(1, 4),
    }
    assert month.reasons == {"broken": 1, "malicious": 1}
    assert month.times["first_answer"] == _waits(5)
    assert month.times["report"] is None
    assert not month.is_final
    assert found.year is not None
    assert found.year.counts == month.counts

    page = Page(client.get("/transparency/").content.decode())
    assert mistakes(page) == []
    assert "fewer than 5" in page.all("main")[0].words
    answer = client.get("/api/v1/transparency/").json()
    assert answer["months"][0]["users"]["suspensions"] == {"at_least": 1, "at_most": 4}
    assert answer["last_twelve_months"]["counts"]["submitted"] == 5
    head, row = csv.reader(client.get("/transparency/months.csv").content.decode().splitlines())
    values = dict(zip(head, row, strict=True))
    assert (values["suspensions"], values["user_appeals"]) == ("<5", "0")
    assert (values["submitted"], values["reports_broken"], values["complete"]) == ("5", "1", "no")


def _waits(cases: int) -> Any:
    seconds = sorted(Answer.objects.values_list("seconds", flat=True))
    assert len(seconds) == cases
    return report.ExpectedWait(seconds[2], seconds[-1], cases)


def test_past_months_are_counted_once_and_the_current_one_again(owner: User) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    version = factories.make_waiting(owner)
    Event.objects.update(created_at=datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert months.refresh(now) == 4
    Event.objects.create(
        extension=version.extension,
        kind=Event.Kind.WITHDRAWN,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    Event.objects.filter(kind=Event.Kind.SUBMITTED).update(
        created_at=datetime(2026, 2, 1, tzinfo=UTC)
    )
    assert months.refresh(now) == 1
    stored = PeriodFigures.objects.filter(months=1).order_by("since")
    assert [
        (row.since.month, row.figures["counts"]["submitted"], row.figures["counts"]["withdrawn"])
        for row in stored
    ] == [(12, 1, 0), (1, 0, 0), (2, 0, 0), (3, 0, 1)]
    assert [row.is_final for row in stored] == [True, True, True, False]
    # April has begun, but the last transactions of March may not be committed.
    assert months.refresh(datetime(2026, 4, 1, 0, 30, tzinfo=UTC)) == 2
    assert months.refresh(datetime(2026, 4, 1, 1, 30, tzinfo=UTC)) == 2
    assert months.refresh(datetime(2026, 4, 1, 2, 30, tzinfo=UTC)) == 1
    years = PeriodFigures.objects.filter(months=12)
    assert [row.since for row in years] == [date(2025, 5, 1)]


def test_a_moderators_own_work_is_counted(owner: User, moderator: User, settings: Any) -> None:
    settings.EXTERY_OWN_DECISIONS = True
    factories.make_approved(moderator, moderator)
    undone = factories.make_approved(moderator, moderator, version="1.1.0")
    undo(version=undone, by=moderator)
    factories.make_approved(owner, moderator, id="harbour", name="Harbour")
    months.refresh()
    counts = report.read().months[0].counts
    # Without the approval that was taken back.
    assert (counts["own_work"], counts["approved"]) == (1, 2)


def test_the_total_does_not_reveal_the_months(db: None) -> None:
    numbers = (2, 7, 0)
    periods = [
        Period(
            date(2026, month, 1),
            {},
            {figure.name: Range.about_users(number) for figure in USERS},
            {},
            {},
        )
        for month, number in enumerate(numbers, 1)
    ]
    total = Period.total(date(2026, 1, 1), periods, {})
    assert [str(number) for number in periods[0].users_in_order[:1]] == ["fewer than 5"]
    assert total.users["suspensions"] == (8, 11)
    assert str(total.users["suspensions"]) == "8 to 11"
    assert total.counts["submitted"] == 0


def test_appeals_of_users_are_apart(owner: User, moderator: User, stranger: User) -> None:
    suspension = suspend_user(
        user=stranger, by=moderator, reason="Spam.", ends_at=timezone.now() + timedelta(days=3)
    )
    appeal(decision=f"suspension-{suspension.pk}", by=stranger, text="I did not.")
    target = find_target("user", "ada", stranger)
    sent = reports.report_target(
        target=target, by=factories.make_user("eli"), reason="other", text="Hm."
    )
    handling.resolve_case(case=sent.case, by=moderator, note="Yes.")
    appeal(decision=f"case-{sent.case_id}", by=owner, text="No.")
    Suspension.objects.all().delete()
    now = timezone.now()
    found = period_figures.appeals(now - timedelta(days=1), now)
    assert found == {"made": 0, "granted": 0, "rejected": 0, "about_users": 2}


def test_the_pages_need_one_query_however_many_months(client: Client, owner: User) -> None:
    factories.make_waiting(owner)

    def queries() -> list[int]:
        numbers = []
        for path in ("/transparency/", "/api/v1/transparency/", "/transparency/months.csv"):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(path).status_code == 200
            numbers.append(len(captured))
        return numbers

    assert "Nothing was counted yet" in client.get("/transparency/").content.decode()
    assert Client().get("/api/v1/transparency/").json() == {
        "counted_at": None,
        "last_twelve_months": None,
        "months": [],
    }
    months.refresh()
    few = queries()
    Event.objects.update(created_at=timezone.now() - timedelta(days=900))
    months.refresh()
    assert PeriodFigures.objects.count() > 29
    assert queries() == few == [1, 1, 1]
    assert len(report.read().last_months) == 12


def test_counting_needs_a_fixed_number_of_queries(
    site: None, django_assert_num_queries: Callable[..., Any]
) -> None:
    months.refresh()
    with CaptureQueriesContext(connection) as few:
        months.refresh()
    factories.make_waiting(User.objects.get(username="ada"), id="more", name="More")
    Report.objects.update(reason="other")
    with django_assert_num_queries(len(few)):
        months.refresh()


def test_each_figure_is_counted_and_named_once() -> None:
    figures = [*REVIEWS, *REPORTS, *USERS, *TIMES]
    assert len({figure.name for figure in figures}) == len(figures)
    assert set(EVENTS) <= {figure.name for figure in REVIEWS}
