"""Several cases are dismissed with the same answer, after a preview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from extery_site.accounts.models import User
from extery_site.notify.models import Notification
from extery_site.reports import bulk, handling
from extery_site.reports.actions import add_to_report, report_target
from extery_site.reports.models import Case, CaseEntry, Report
from extery_site.reports.targets import find_target
from tests.site import factories
from tests.site.pages.html import Page, open_page

SignIn = Callable[[User], Client]
PAGE = "/reports/chosen/"


def report(name: str, by: User) -> Report:
    target = find_target("user", name, by)
    return report_target(target=target, by=by, reason="offensive", text=f"{name} advertises")


def make_cases(stranger: User) -> dict[str, Case]:
    """Return cases about users by name."""
    for name in ("bob", "cleo", "dan"):
        factories.make_user(name)
    return {name: report(name, stranger).case for name in ("mod", "bob", "cleo", "dan")}


def test_cases_that_cannot_be_dismissed_are_named_and_the_others_are_done(
    moderator: User, stranger: User, signed_in: SignIn
) -> None:
    imani = factories.make_moderator("imani")
    cases = make_cases(stranger)
    handling.claim_case(case=cases["cleo"], by=imani)
    browser = signed_in(moderator)
    listed = open_page(browser, "/reports/?sort=oldest")
    assert len(listed.classed("case-choose")) == 5
    query = "&".join(f"chosen={case.pk}" for case in cases.values())
    page = open_page(browser, f"{PAGE}?{query}&chosen=x&chosen=0&back=sort%3Doldest")
    assert page.h1 == "Dismiss 2 of the 4 you chose?"
    assert [flag.words for flag in page.classed("flag-look")] == [
        "About you or your work",
        "Claimed by imani",
    ]
    assert Case.objects.filter(status="open").count() == 4

    form: dict[str, Any] = {
        "chosen": [case.pk for case in cases.values()],
        "back": "sort=oldest",
        **{f"seen-{row.case_id}": row.pk for row in CaseEntry.objects.filter(kind="reported")},
    }
    empty = browser.post(PAGE, {**form, "note": " "})
    assert empty.status_code == 422
    assert Page(empty.content.decode()).by_id("id_note_error").words
    for _ in range(2):
        sent = browser.post(PAGE, {**form, "note": "Links to own work are fine."})
        assert sent["Location"] == "/reports/?sort=oldest"
    words = open_page(browser, "/reports/").html
    assert "2 cases are dismissed, with your answer." in words
    assert "Left out: mod (about you or your work), cleo (claimed by imani)." in words
    closed = Case.objects.filter(status="dismissed").order_by("pk")
    assert [(case.key, case.note, case.decided_by) for case in closed] == [
        (name, "Links to own work are fine.", moderator) for name in ("bob", "dan")
    ]
    assert CaseEntry.objects.filter(kind="dismissed").count() == 2
    notified = Notification.objects.filter(entry__user=stranger)
    assert notified.count() == 2


def test_a_case_with_something_new_or_closed_meanwhile_is_left_out(
    moderator: User, stranger: User
) -> None:
    cases = make_cases(stranger)
    chosen = bulk.find_chosen([str(cases[name].pk) for name in ("bob", "cleo", "dan")], moderator)
    seen = {choice.case.pk: choice.last_statement for choice in chosen}
    assert all(choice.is_possible for choice in chosen)
    add_to_report(report=cases["bob"].reports.get(), by=stranger, text="And again")
    handling.resolve_case(case=cases["cleo"], by=moderator, note="It was spam")
    result = bulk.dismiss(chosen, by=moderator, note="Fine", seen=seen)
    assert result.done == [chosen[2].case]
    assert [(choice.case.key, choice.reason) for choice in result.left_out] == [
        ("bob", "Has something new since you looked"),
        ("cleo", "Resolved already"),
    ]
    assert Case.objects.get(key="bob").is_open
    assert Case.objects.get(key="cleo").status == "resolved"


def test_only_moderators_choose_and_the_preview_needs_a_fixed_number_of_queries(
    moderator: User,
    stranger: User,
    signed_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    cases = make_cases(stranger)
    query = "&".join(f"chosen={case.pk}" for case in cases.values())
    assert signed_in(stranger).get(f"{PAGE}?{query}").status_code == 403
    browser = signed_in(moderator)
    assert browser.get(PAGE)["Location"] == "/reports/"
    assert "Choose at least one case." in open_page(browser, "/reports/").html
    with django_assert_max_num_queries(10):
        assert browser.get(f"{PAGE}?{query}").status_code == 200
