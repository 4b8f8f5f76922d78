"""Moderators handle cases: claim, ask, decide, reopen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.publish.actions import discard_draft
from extery_site.reports import handling
from extery_site.reports.actions import report_extension, report_target
from extery_site.reports.models import Case
from extery_site.reports.targets import find_target
from tests.site import factories


@pytest.fixture
def case(approve: Callable[..., Version], stranger: User) -> Case:
    return report_extension(
        extension=approve().extension, by=stranger, reason="malicious", text="It mines coins."
    ).case


@pytest.mark.parametrize("close", [handling.resolve_case, handling.dismiss_case])
def test_a_decision_needs_a_moderator_and_a_note(
    case: Case, close: Callable[..., Case], owner: User, stranger: User, moderator: User
) -> None:
    for person in (owner, stranger, AnonymousUser()):
        with pytest.raises(Refused):
            close(case=case, by=person, note="Done")
    with pytest.raises(InvalidInput) as caught:
        close(case=case, by=moderator, note=" ")
    assert caught.value.code == "report.note-missing"
    assert Case.objects.get().is_open
    closed = close(case=case, by=moderator, note="Done")
    assert (closed.note, closed.decided_by) == ("Done", moderator)
    assert closed.entries.last().text == "Done"  # type: ignore[union-attr]
    with pytest.raises(Conflict) as conflict:
        close(case=case, by=moderator, note="Again")
    assert conflict.value.code == "report.already-handled"


def test_a_case_is_not_opened_beside_a_newer_one(
    case: Case, moderator: User, stranger: User
) -> None:
    with pytest.raises(Conflict) as caught:
        handling.reopen_case(case=case, by=moderator, reason="Look again")
    assert caught.value.code == "report.not-closed"
    handling.dismiss_case(case=case, by=moderator, note="No")
    extension = case.extension
    assert extension is not None
    report_extension(extension=extension, by=stranger, reason="other", text="Still")
    with pytest.raises(Conflict) as caught:
        handling.reopen_case(case=case, by=moderator, reason="Look again")
    assert caught.value.code == "report.other-case-open"
    newer = Case.objects.get(status="open")
    handling.dismiss_case(case=newer, by=moderator, note="No")
    with pytest.raises(InvalidInput):
        handling.reopen_case(case=case, by=moderator, reason=" ")
    opened = handling.reopen_case(case=case, by=moderator, reason="Look again")
    assert (opened.is_open, opened.note, opened.assigned_to) == (True, "", moderator)


def test_a_case_about_an_account_is_decided_by_another_moderator(
    moderator: User, stranger: User
) -> None:
    target = find_target("user", "mod", stranger)
    case = report_target(target=target, by=stranger, reason="offensive", text="Rude").case
    for act in (
        lambda: handling.resolve_case(case=case, by=moderator, note="No"),
        lambda: handling.ask_reporters(case=case, by=moderator, text="Why?"),
        # Who works on it is told what the reporters answer.
        lambda: handling.claim_case(case=case, by=moderator),
        lambda: handling.add_note(case=case, by=moderator, text="They lie"),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "permission.own-work"
    imani = factories.make_moderator("imani")
    assert handling.dismiss_case(case=case, by=imani, note="Was polite").status == "dismissed"


def test_a_claim_shows_who_works_on_a_case(case: Case, moderator: User, stranger: User) -> None:
    imani = factories.make_moderator("imani")
    for _ in range(2):
        assert handling.claim_case(case=case, by=moderator).assigned_to == moderator
    with pytest.raises(Conflict) as caught:
        handling.claim_case(case=case, by=imani)
    assert caught.value.code == "report.already-claimed"
    assert "mod" in caught.value.problems[0].message
    taken = handling.claim_case(case=case, by=imani, take_over_from=moderator)
    assert taken.assigned_to == imani
    assert handling.release_case(case=case, by=moderator).assigned_to == imani
    assert handling.release_case(case=case, by=imani).assigned_to is None
    assert [entry.kind for entry in case.entries.all()] == [
        *("reported", "claimed", "claimed", "released")
    ]
    with pytest.raises(Refused):
        handling.claim_case(case=case, by=stranger)


def test_only_those_who_were_asked_can_answer(
    case: Case, owner: User, stranger: User, moderator: User
) -> None:
    for person in (owner, stranger):
        with pytest.raises(Conflict) as caught:
            handling.answer_question(case=case, by=person, text="Hello")
        assert caught.value.code == "report.not-asked"
    handling.ask_person(case=case, by=moderator, text="Why?")
    answer = handling.answer_question(case=case, by=owner, text="It does not.")
    assert (answer.kind, answer.by, answer.report) == ("answered", owner, None)
    with pytest.raises(Conflict):
        handling.answer_question(case=case, by=stranger, text="Hello")
    handling.ask_reporters(case=case, by=moderator, text="Where?")
    assert handling.answer_question(case=case, by=stranger, text="Here").report is not None
    handling.dismiss_case(case=case, by=moderator, note="No")
    with pytest.raises(Conflict):
        handling.answer_question(case=case, by=owner, text="More")


def test_a_case_without_accounts_cannot_be_asked_about(
    case: Case, owner: User, moderator: User
) -> None:
    case.reports.update(by=None)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    for ask in (handling.ask_reporters, handling.ask_person):
        with pytest.raises(Conflict) as caught:
            ask(case=case, by=moderator, text="Why?")
        assert caught.value.code == "report.no-recipient"


def test_a_case_survives_its_extension(owner: User, moderator: User) -> None:
    draft = factories.make_draft(owner)
    case = report_extension(
        extension=draft.extension, by=moderator, reason="other", text="Look"
    ).case
    discard_draft(version=draft, by=owner)
    assert not Extension.objects.exists()
    case = Case.objects.get(pk=case.pk)
    assert (case.extension, case.title) == (None, "Gear Tool")
    assert handling.dismiss_case(case=case, by=moderator, note="Deleted").status == "dismissed"
