"""Pages for reports: reporting an extension, handling reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from extery_site.accounts.models import User
from extery_site.reports.actions import report_extension
from extery_site.reports.models import Report
from tests.site import factories
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]
FORM = "/extensions/gear_tool/report/"


def test_reporting_needs_an_account(client: Client, owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    assert "/account/login/" in client.get(FORM)["Location"]


def test_a_report_is_shown_to_moderators(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    response = signed_in(stranger).post(
        FORM, {"reason": "broken", "text": "Crashes at start."}, follow=True
    )
    page = Page(response.content.decode())
    assert page.h1 == "Gear Tool"
    assert "Report sent." in page.html
    listed = Page(signed_in(moderator).get("/reports/").content.decode())
    assert mistakes(listed) == []
    assert "Gear Tool: does not work" in [one.words for one in listed.all("h2")]
    assert "Crashes at start." in listed.html


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
    group = next(one for one in page.all("fieldset") if "radio" in str(one.children) or one.words)
    assert "id_reason_error" in group["aria-describedby"]
    assert not Report.objects.exists()


def test_a_private_extension_cannot_be_reported(
    owner: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_draft(owner)
    assert signed_in(stranger).get(FORM).status_code == 404


def test_reports_are_for_moderators(client: Client, stranger: User, signed_in: SignIn) -> None:
    assert "/account/login/" in client.get("/reports/")["Location"]
    response = signed_in(stranger).get("/reports/")
    assert response.status_code == 403
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "Only moderators can do this." in page.html


def make_report(owner: User, moderator: User, by: User) -> Report:
    version = factories.make_approved(owner, moderator)
    return report_extension(
        extension=version.extension, by=by, reason="broken", text="Crashes at start."
    )


def test_a_report_is_closed_with_a_note(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    report = make_report(owner, moderator, stranger)
    client = signed_in(moderator)
    address = f"/reports/{report.pk}/"
    response = client.post(address, {"step": "resolve", "note": " "})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.by_id("id_note_error").words == "Describe what was done, or why nothing was done."
    response = client.post(address, {"step": "resolve", "note": "Repaired."}, follow=True)
    assert "Report resolved." in response.content.decode()
    report.refresh_from_db()
    assert (report.status, report.note, report.handled_by) == ("resolved", "Repaired.", moderator)
    handled = Page(client.get("/reports/?show=handled").content.decode())
    assert "handled by mod Moderator" in handled.classed("entry-facts")[0].words
    assert "Repaired." in client.get(address).content.decode()


def test_a_report_is_dismissed_with_a_note(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    report = make_report(owner, moderator, stranger)
    signed_in(moderator).post(f"/reports/{report.pk}/", {"step": "dismiss", "note": "Works here."})
    report.refresh_from_db()
    assert report.status == "dismissed"


def test_a_report_cannot_be_closed_twice(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    report = make_report(owner, moderator, stranger)
    client = signed_in(moderator)
    address = f"/reports/{report.pk}/"
    client.post(address, {"step": "dismiss", "note": "Works here."})
    response = client.post(address, {"step": "resolve", "note": "No, it does not."})
    assert response.status_code == 409
    report.refresh_from_db()
    assert (report.status, report.note) == ("dismissed", "Works here.")


def test_an_unknown_action_closes_nothing(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    report = make_report(owner, moderator, stranger)
    response = signed_in(moderator).post(f"/reports/{report.pk}/", {"note": "Hm."})
    assert response.status_code == 404
    report.refresh_from_db()
    assert report.status == "open"


def test_the_list_of_reports_needs_a_constant_number_of_queries(
    owner: User,
    moderator: User,
    stranger: User,
    signed_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    report = make_report(owner, moderator, stranger)
    for text in ("One", "Two", "Three"):
        report_extension(extension=report.extension, by=owner, reason="other", text=text)
    client = signed_in(moderator)
    with django_assert_max_num_queries(7):
        client.get("/reports/")
