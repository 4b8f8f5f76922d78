"""Pages for reports: reporting, one's own reports, the list, one case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.reports.actions import report_extension, report_target
from extery_site.reports.handling import ask_person, ask_reporters, reopen_case
from extery_site.reports.models import Case, Report
from extery_site.reports.targets import find_target
from tests.site import factories
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]
FORM = "/report/extension/gear_tool/"


def open_page(client: Client, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, address
    page = Page(response.content.decode())
    assert mistakes(page) == []
    return page


@pytest.fixture
def case(owner: User, moderator: User, stranger: User) -> Case:
    version = factories.make_approved(owner, moderator)
    report = report_extension(
        extension=version.extension, by=stranger, reason="broken", text="Crashes at start."
    )
    return report.case


def test_reporting_needs_an_account(client: Client, owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    assert "/account/login/" in client.get(FORM)["Location"]
    assert client.get("/extensions/gear_tool/report/")["Location"] == FORM


def test_a_report_is_shown_to_its_author_and_to_moderators(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    form = open_page(signed_in(stranger), FORM)
    assert "Harms the computer or its files" in form.html
    response = signed_in(stranger).post(
        FORM, {"reason": "broken", "text": "Crashes at start.", "version": "1.0.0"}, follow=True
    )
    page = Page(response.content.decode())
    assert page.h1 == "My reports and appeals"
    assert "Report sent." in page.html
    listed = open_page(signed_in(moderator), "/reports/")
    assert "Does not work 1" in [one.words for one in listed.classed("reason")]
    assert "Crashes at start." in listed.html
    shown = open_page(signed_in(moderator), f"/reports/{Case.objects.get().pk}/")
    assert "Version 1.0.0" in shown.html
    assert "eve" in shown.html


def test_an_empty_report_has_errors_at_its_fields(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    response = signed_in(stranger).post(FORM, {"text": ""})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.by_id("id_reason_error").words == "Choose a reason."
    assert page.by_id("id_text_error").words
    assert {"#id_reason_0", "#id_text"} <= set(page.links)
    assert not Report.objects.exists()


def test_private_things_cannot_be_reported(owner: User, stranger: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    for path in (FORM, "/report/version/gear_tool-1.0.0/", "/report/planet/earth/"):
        assert signed_in(stranger).get(path).status_code == 404


def test_owners_see_no_form_for_their_own(case: Case, owner: User, signed_in: SignIn) -> None:
    page = open_page(signed_in(owner), FORM)
    assert "This is your own" in page.html
    assert signed_in(owner).post(FORM, {"reason": "other", "text": "Hm"}).status_code == 403
    assert case.reports.count() == 1


def test_a_second_visit_adds_to_the_report_or_takes_it_back(
    case: Case, stranger: User, signed_in: SignIn
) -> None:
    client = signed_in(stranger)
    page = open_page(client, FORM)
    assert "You reported this on" in page.html
    assert client.post(FORM, {"step": "add", "text": ""}).status_code == 422
    client.post(FORM, {"step": "add", "text": "Also on Linux."})
    assert "Also on Linux." in open_page(client, FORM).html
    client.post(FORM, {"step": "withdraw"})
    case.refresh_from_db()
    assert case.status == "withdrawn"
    assert "What is wrong?" in open_page(client, FORM).html


def test_visitors_report_without_an_account_if_the_site_allows_it(
    client: Client, owner: User, moderator: User, settings: Any, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    settings.EXTERY_ANONYMOUS_REPORTS = True
    assert "You are not signed in" in open_page(client, FORM).html
    response = client.post(FORM, {"reason": "other", "text": "It spies."})
    assert response["Location"] == "/extensions/gear_tool/"
    report = Report.objects.get()
    assert (report.by, report.is_anonymous) == (None, True)
    page = open_page(signed_in(moderator), report.case.get_absolute_url())
    assert "A person without a name" in page.html


def test_reports_are_for_moderators(
    case: Case, client: Client, stranger: User, owner: User, signed_in: SignIn
) -> None:
    for path in ("/reports/", "/reports/numbers/", case.get_absolute_url()):
        assert "/account/login/" in client.get(path)["Location"]
        for user in (stranger, owner):
            assert signed_in(user).get(path).status_code == 403
    page = open_page(signed_in(stranger), "/reports/", status=403)
    assert "Only moderators can do this." in page.html


def decide(client: Client, case: Case, outcome: str, note: str, **extra: str) -> Any:
    form = {"step": "decide", "outcome": outcome, "note": note, **extra}
    return client.post(case.get_absolute_url(), form)


@pytest.mark.parametrize("outcome", ["resolved", "dismissed"])
def test_a_case_is_decided_with_a_note_that_its_reporters_read(
    case: Case, moderator: User, stranger: User, signed_in: SignIn, outcome: str
) -> None:
    client = signed_in(moderator)
    response = decide(client, case, outcome, " ")
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "Write at least a sentence" in page.by_id("id_note_error").words
    response = decide(client, case, outcome, "It was repaired.")
    assert response["Location"] == case.get_absolute_url()
    case.refresh_from_db()
    assert (case.status, case.note, case.decided_by) == (outcome, "It was repaired.", moderator)
    assert "It was repaired." in open_page(client, case.get_absolute_url()).html
    assert "Gear Tool" in open_page(client, f"/reports/?show={outcome}").html
    assert "Gear Tool" not in open_page(client, "/reports/").html.split("<main")[1]
    assert "It was repaired." in open_page(signed_in(stranger), "/reports/mine/").html


def test_a_resolved_case_leads_to_what_follows(
    case: Case, moderator: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    for step, address in [
        ("suspend", "/people/ada/suspension/"),
        ("block", "/queue/gear_tool/block/"),
        ("review", "/queue/gear_tool/"),
    ]:
        response = decide(client, case, "resolved", "It advertises.", next_step=step)
        assert response["Location"] == address
        reopen_case(case=case, by=moderator, reason="Look again")


def test_a_case_cannot_be_decided_twice(case: Case, moderator: User, signed_in: SignIn) -> None:
    client = signed_in(moderator)
    decide(client, case, "dismissed", "Works here.")
    response = decide(client, case, "resolved", "No, it does not.")
    assert response.status_code == 409
    assert "already dismissed" in response.content.decode()
    case.refresh_from_db()
    assert (case.status, case.note) == ("dismissed", "Works here.")


def test_a_case_is_opened_again_with_a_reason(
    case: Case, moderator: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    decide(client, case, "dismissed", "Works here.")
    assert client.post(case.get_absolute_url(), {"step": "reopen"}).status_code == 422
    client.post(case.get_absolute_url(), {"step": "reopen", "note": "It fails on Linux."})
    case.refresh_from_db()
    assert (case.status, case.decided_at) == ("open", None)
    history = open_page(client, case.get_absolute_url()).html
    assert "It fails on Linux." in history
    assert "Works here." in history


def test_an_unknown_step_changes_nothing(case: Case, moderator: User, signed_in: SignIn) -> None:
    for step in ("", "explode"):
        response = signed_in(moderator).post(case.get_absolute_url(), {"step": step, "note": "x"})
        assert response.status_code == 404
    assert Case.objects.get().is_open


def test_cases_are_claimed_released_and_taken_over(
    case: Case, moderator: User, signed_in: SignIn
) -> None:
    imani = factories.make_moderator("imani")
    mod, other = signed_in(moderator), signed_in(imani)
    assert mod.post("/reports/next/")["Location"] == case.get_absolute_url()
    assert "Gear Tool" in open_page(mod, "/reports/?show=mine").html
    response = other.post(f"/reports/{case.pk}/claim/", {"step": "claim"}, follow=True)
    assert "mod has claimed" in response.content.decode()
    assert "no case without a moderator" in (
        other.post("/reports/next/", follow=True).content.decode()
    )
    other.post(case.get_absolute_url(), {"step": "claim", "from": "mod"})
    case.refresh_from_db()
    assert case.assigned_to == imani
    other.post(f"/reports/{case.pk}/claim/", {"step": "release", "show": "mine"})
    case.refresh_from_db()
    assert case.assigned_to is None


def test_questions_are_answered_and_notes_stay_with_moderators(
    case: Case, moderator: User, owner: User, stranger: User, signed_in: SignIn
) -> None:
    mod = signed_in(moderator)
    address = case.get_absolute_url()
    mod.post(address, {"step": "note", "text": "I know this author."})
    mod.post(address, {"step": "ask_person", "text": "Which Blender did you test?"})
    mod.post(address, {"step": "ask_reporters", "text": "Which Blender do you use?"})
    pages = {}
    for user, question in ((owner, "did you test?"), (stranger, "do you use?")):
        client = signed_in(user)
        assert question in open_page(client, "/reports/mine/").html
        page = open_page(client, f"/reports/{case.pk}/answer/")
        assert question in page.html
        assert client.post(f"/reports/{case.pk}/answer/", {"text": " "}).status_code == 422
        client.post(f"/reports/{case.pk}/answer/", {"text": f"{user.username} uses 4.5."})
        pages[user.username] = open_page(client, f"/reports/{case.pk}/answer/").html
    assert "eve" not in pages["ada"].replace("everywhere", "")
    for html in pages.values():
        assert "I know this author." not in html
    shown = open_page(mod, address).html
    for text in ("ada uses 4.5.", "eve uses 4.5.", "I know this author."):
        assert text in shown
    zoe = signed_in(factories.make_user("zoe"))
    assert zoe.get(f"/reports/{case.pk}/answer/").status_code == 404


def test_a_reported_moderator_does_not_see_who_reported_it(
    moderator: User, stranger: User, signed_in: SignIn
) -> None:
    target = find_target("user", "mod", stranger)
    report = report_target(target=target, by=stranger, reason="offensive", text="Was rude to me.")
    own = signed_in(moderator)
    for address in ("/reports/", "/reports/?q=rude", report.case.get_absolute_url()):
        html = open_page(own, address).html.split("<main")[1]
        assert "Was rude to me." not in html
        assert "eve" not in html.replace("everything", "")
    other = signed_in(factories.make_moderator("imani"))
    assert "Was rude to me." in open_page(other, report.case.get_absolute_url()).html


def test_the_list_is_filtered_and_sorted(
    case: Case, owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    other = factories.make_approved(owner, moderator, id="snow_maker", name="Snow Maker")
    for by in (stranger, moderator):
        report_extension(extension=other.extension, by=by, reason="malicious", text="It spies.")
    client = signed_in(moderator)

    def names(query: str) -> list[str]:
        page = open_page(client, f"/reports/?{query}")
        return [
            name
            for cell in page.classed("case-what")
            for name in ("Gear Tool", "Snow Maker")
            if name in cell.words
        ]

    assert names("") == ["Snow Maker", "Gear Tool"]
    assert names("sort=oldest") == ["Gear Tool", "Snow Maker"]
    assert names("q=spies") == ["Snow Maker"]
    assert names("reason=broken&kind=extension") == ["Gear Tool"]
    assert names("kind=user") == []
    assert names("kind=planet&reason=ugly&sort=colour&show=none") == ["Snow Maker", "Gear Tool"]


def test_the_numbers_count_reports_and_decisions(
    case: Case, moderator: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    assert "No case was decided." in open_page(client, "/reports/numbers/").html
    decide(client, case, "resolved", "Repaired.")
    html = open_page(client, "/reports/numbers/?days=365").html
    assert "100 % of them justified" in html
    assert "Does not work" in html


def test_the_pages_need_a_fixed_number_of_queries(
    case: Case,
    owner: User,
    moderator: User,
    stranger: User,
    signed_in: SignIn,
    django_assert_num_queries: Any,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(moderator)
    addresses = ("/reports/", case.get_absolute_url(), "/reports/numbers/")
    mine = signed_in(stranger)
    before = []
    for address in addresses:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(address)
        before.append(len(captured))
    with CaptureQueriesContext(connection) as captured:
        mine.get("/reports/mine/")
    own = len(captured)
    extension = case.extension
    assert extension is not None
    people = [factories.make_user(f"user{number}") for number in range(8)]
    for person in people:
        report_extension(extension=extension, by=person, reason="other", text="Hm")
    ask_reporters(case=case, by=moderator, text="Since when?")
    ask_person(case=case, by=moderator, text="Why?")
    for number in range(4):
        other = factories.make_approved(
            owner, moderator, id=f"other{number}", name=f"Other {number}"
        )
        report_extension(extension=other.extension, by=stranger, reason="other", text="Hm")
    for address, number in zip(addresses, before, strict=True):
        with django_assert_num_queries(number):
            client.get(address)
    with django_assert_num_queries(own):
        mine.get("/reports/mine/")
