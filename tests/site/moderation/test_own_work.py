"""Moderators do not decide about their own extensions, unless the site allows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import comments, decisions
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from extery_site.reports.actions import report_extension
from extery_site.reports.handling import dismiss_case, resolve_case
from extery_site.reports.models import Case
from tests.site import factories
from tests.site.pages.html import open_page

SignIn = Callable[[User], Client]
THREAD = "/queue/gear_tool/1.0.0/"
DECISIONS = {
    "approve": decisions.approve_version,
    "request_changes": decisions.request_changes,
    "decline": decisions.decline_version,
}
every_decision = pytest.mark.parametrize("step", DECISIONS)


@pytest.fixture
def own(moderator: User) -> Version:
    """A version of a moderator, in review."""
    return factories.make_waiting(moderator)


@every_decision
def test_a_moderator_does_not_decide_about_an_own_version(
    own: Version, moderator: User, step: str
) -> None:
    with pytest.raises(Refused) as caught:
        DECISIONS[step](version=own, packages=own.package_hashes, by=moderator, reason="Teeth")
    assert caught.value.code == "permission.own-work"
    own.refresh_from_db()
    assert own.status == "in_review"
    assert not Event.objects.decisions().exists()


@every_decision
def test_another_moderator_decides(own: Version, step: str) -> None:
    other = factories.make_moderator("imani")
    DECISIONS[step](version=own, packages=own.package_hashes, by=other, reason="Teeth")
    assert Event.objects.decisions().get().by == other


@every_decision
def test_the_site_can_allow_it(own: Version, moderator: User, settings: Any, step: str) -> None:
    settings.EXTERY_OWN_DECISIONS = True
    DECISIONS[step](version=own, packages=own.package_hashes, by=moderator, reason="Teeth")
    assert Event.objects.decisions().get().by == moderator


def test_who_uploaded_a_version_does_not_decide_about_it(own: Version, stranger: User) -> None:
    Extension.objects.filter(pk=own.extension_id).update(owner=stranger)
    own.refresh_from_db()
    with pytest.raises(Refused):
        decisions.approve_version(version=own, packages=own.package_hashes, by=own.created_by)
    assert Version.objects.get().status == "in_review"


def test_who_uploaded_a_version_does_not_read_the_notes_about_it(
    own: Version, moderator: User, stranger: User, signed_in: SignIn, program: SignIn
) -> None:
    imani = factories.make_moderator("imani")
    comments.comment(
        extension=own.extension, version=own, by=imani, text="Looks odd", is_internal=True
    )
    Extension.objects.filter(pk=own.extension_id).update(owner=stranger)
    own.refresh_from_db()
    events = AuditEntry.objects.filter(source__startswith="event")
    notes = "/api/v1/extensions/gear_tool/versions/1.0.0/notes/"

    assert [program(user).get(notes).status_code for user in (imani, moderator)] == [200, 403]
    assert "Looks odd" in signed_in(imani).get(THREAD).content.decode()
    assert "Looks odd" not in signed_in(moderator).get(THREAD).content.decode()
    note = comments.comment(
        extension=own.extension, version=own, by=imani, text="Odd again", is_internal=True
    )
    assert not Notification.objects.filter(entry__user=moderator, text="Odd again").exists()
    assert events.filter(source=f"event {note.pk}").exists()
    assert not events.readable_by(moderator.pk).filter(source=f"event {note.pk}").exists()

    publish.withdraw(version=own, by=stranger)
    publish.discard_draft(version=own, by=stranger)

    assert "Looks odd" in signed_in(imani).get(THREAD).content.decode()
    assert "Looks odd" not in signed_in(moderator).get(THREAD).content.decode()


def test_a_moderator_can_block_an_own_extension_but_not_unblock_it(
    own: Version, moderator: User
) -> None:
    decisions.block_extension(extension=own.extension, by=moderator, reason="It spies")
    with pytest.raises(Refused) as caught:
        decisions.unblock_extension(extension=own.extension, by=moderator)
    assert caught.value.code == "permission.own-work"
    assert Extension.objects.get().is_blocked
    decisions.unblock_extension(extension=own.extension, by=factories.make_moderator("imani"))
    assert not Extension.objects.get().is_blocked


def test_a_moderator_does_not_decide_about_reports_of_an_own_extension(
    moderator: User, stranger: User, settings: Any
) -> None:
    extension = factories.make_approved(moderator, factories.make_moderator("imani")).extension
    report = report_extension(extension=extension, by=stranger, reason="other", text="It spies")
    for close in (resolve_case, dismiss_case):
        with pytest.raises(Refused):
            close(case=report.case, by=moderator, note="Untrue")
    assert Case.objects.get().status == "open"
    settings.EXTERY_OWN_DECISIONS = True
    dismiss_case(case=report.case, by=moderator, note="Untrue")
    assert Case.objects.get().status == "dismissed"


def test_the_pages_offer_no_decision_about_own_work(
    own: Version, moderator: User, signed_in: SignIn
) -> None:
    browser = signed_in(moderator)
    page = open_page(browser, THREAD)
    assert {b.get("value") for b in page.all("button")} & {*DECISIONS} == set()
    assert "/block/" in " ".join(link.get("href") for link in page.all("a"))
    assert "another moderator decides" in page.html
    form = {"step": "approve", "package": own.package_hashes, "reason": ""}
    response = browser.post(THREAD, form)
    assert response.status_code == 403
    assert "it is your own" in response.content.decode()
    other = factories.make_moderator("imani")
    report = report_extension(extension=own.extension, by=other, reason="other", text="Hm")
    page = open_page(browser, f"/reports/{report.case_id}/")
    assert {b.get("value") for b in page.all("button")}.isdisjoint({"decide"})
    assert "another moderator decides" in page.html


def test_the_api_refuses_a_decision_about_own_work(
    own: Version, moderator: User, program: SignIn
) -> None:
    response = program(moderator).post(
        "/api/v1/extensions/gear_tool/versions/1.0.0/approve",
        {"packages": own.package_hashes},
        content_type="application/json",
    )
    assert (response.status_code, response.json()["problems"][0]["code"]) == (
        403,
        "permission.own-work",
    )


def test_a_moderator_can_withdraw_an_own_version(own: Version, moderator: User) -> None:
    publish.withdraw(version=own, by=moderator)
    assert Version.objects.get().status == "withdrawn"
