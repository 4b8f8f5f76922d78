"""Actions on reports."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.reports import actions
from extery_site.reports.models import Report
from tests.site import factories


@pytest.fixture
def report(approve: Callable[..., Version], stranger: User) -> Report:
    return actions.report_extension(
        extension=approve().extension, by=stranger, reason="malicious", text=" It mines coins. "
    )


def test_a_report_is_open_until_a_moderator_handles_it(report: Report, moderator: User) -> None:
    assert (report.status, report.text, report.handled_at) == ("open", "It mines coins.", None)
    assert Report.objects.open().get() == report
    closed = actions.resolve_report(report=report, by=moderator, note="Blocked it")
    assert (closed.status, closed.note, closed.handled_by) == ("resolved", "Blocked it", moderator)
    assert closed.handled_at is not None
    assert not Report.objects.open().exists()
    assert Report.objects.handled().with_related().get() == report


def test_a_report_can_be_dismissed(report: Report, moderator: User) -> None:
    assert actions.dismiss_report(report=report, by=moderator, note="It does not").status == (
        "dismissed"
    )
    with pytest.raises(Conflict) as caught:
        actions.resolve_report(report=report, by=moderator, note="It does")
    assert caught.value.code == "report.already-handled"


@pytest.mark.parametrize("close", [actions.resolve_report, actions.dismiss_report])
def test_closing_a_report_needs_a_moderator_and_a_note(
    report: Report, close: Callable[..., Report], owner: User, stranger: User, moderator: User
) -> None:
    for person in (owner, stranger, AnonymousUser()):
        with pytest.raises(Refused):
            close(report=report, by=person, note="Done")
    with pytest.raises(InvalidInput) as caught:
        close(report=report, by=moderator, note=" ")
    assert caught.value.code == "report.note-missing"
    assert Report.objects.get().status == "open"


def test_a_report_needs_an_account_a_reason_and_a_text(
    approve: Callable[..., Version], stranger: User
) -> None:
    extension = approve().extension
    with pytest.raises(Refused):
        actions.report_extension(extension=extension, by=AnonymousUser(), reason="other", text="Hm")
    with pytest.raises(InvalidInput) as caught:
        actions.report_extension(extension=extension, by=stranger, reason="ugly", text="Hm")
    assert caught.value.code == "report.unknown-reason"
    with pytest.raises(InvalidInput) as caught:
        actions.report_extension(extension=extension, by=stranger, reason="other", text="")
    assert caught.value.code == "report.text-missing"
    assert not Report.objects.exists()


def test_only_visible_extensions_can_be_reported(owner: User, stranger: User) -> None:
    draft = factories.make_draft(owner).extension
    with pytest.raises(NotFound):
        actions.report_extension(extension=draft, by=stranger, reason="other", text="Hm")
