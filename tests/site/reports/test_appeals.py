"""Appeals against declined versions, blocks, suspensions and resolved reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.accounts.suspensions import lift_suspension, suspend_user
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import decisions
from extery_site.reports.actions import report_extension
from extery_site.reports.appeals import appeal, decide_appeal, decisions_about, find_decision
from extery_site.reports.handling import resolve_case
from extery_site.reports.models import Appeal, Case
from extery_site.reports.permissions import may_decide_appeal
from tests.site import factories
from tests.site.pages.html import Page, mistakes

Decide = Callable[[], str]


@pytest.fixture
def other(db: None) -> User:
    return factories.make_moderator("imani")


def decline(owner: User, moderator: User) -> str:
    version = factories.make_waiting(owner)
    event = decisions.decline_version(
        version=version, packages=version.package_hashes, by=moderator, reason="A copy"
    )
    return f"event-{event.pk}"


def block(owner: User, moderator: User) -> str:
    factories.make_blocked(owner, moderator, reason="It spies")
    return f"event-{Event.objects.get(kind='blocked').pk}"


def block_version(owner: User, moderator: User) -> str:
    factories.make_approved(owner, moderator, version="0.9.0")
    version = factories.make_approved(owner, moderator)
    event = decisions.block_version(version=version, by=moderator, reason="It spies")
    return f"event-{event.pk}"


def suspend(owner: User, moderator: User) -> str:
    ends_at = timezone.now() + timedelta(days=7)
    suspension = suspend_user(user=owner, by=moderator, reason="Insults", ends_at=ends_at)
    owner.refresh_from_db()
    return f"suspension-{suspension.pk}"


def resolve(owner: User, moderator: User) -> str:
    extension = factories.make_approved(owner, moderator).extension
    reporter = factories.make_user("zoe")
    report = report_extension(extension=extension, by=reporter, reason="other", text="Hm")
    return f"case-{resolve_case(case=report.case, by=moderator, note='True').pk}"


EVERY = pytest.mark.parametrize("make", [decline, block, block_version, suspend, resolve])


def state() -> tuple[set[str], set[str], bool, set[str]]:
    suspended = User.objects.filter(suspended_until__gt=timezone.now()).exists()
    return (
        set(Version.objects.values_list("status", flat=True)),
        set(Extension.objects.values_list("status", flat=True)),
        suspended,
        set(Case.objects.values_list("status", flat=True)),
    )


@EVERY
def test_a_granted_appeal_reverses_the_decision(
    make: Callable[..., str], owner: User, moderator: User, other: User
) -> None:
    key = make(owner, moderator)
    assert [one.key for one in decisions_about(owner)] == [key]
    made = appeal(decision=key, by=owner, text="Please look again")
    assert made.first_decided_by == moderator
    decided = decide_appeal(appeal=made, by=other, grant=True, answer="You are right")
    assert (decided.status, decided.decided_by, decided.answer) == (
        *("granted", other, "You are right"),
    )
    expected = {
        decline: ({"in_review"}, {"in_review"}, False, set()),
        block: ({"approved"}, {"approved"}, False, set()),
        block_version: ({"approved"}, {"approved"}, False, set()),
        suspend: (set(), set(), False, set()),
        resolve: ({"approved"}, {"approved"}, False, {"dismissed"}),
    }
    assert state() == expected[make]
    assert decisions_about(User.objects.get(pk=owner.pk)) == []


@EVERY
def test_a_rejected_appeal_changes_nothing_and_is_final(
    make: Callable[..., str], owner: User, moderator: User, other: User
) -> None:
    key = make(owner, moderator)
    before = state()
    made = appeal(decision=key, by=owner, text="Please look again")
    with pytest.raises(InvalidInput):
        decide_appeal(appeal=made, by=other, grant=False, answer=" ")
    assert decide_appeal(appeal=made, by=other, grant=False, answer="No").status == "rejected"
    assert state() == before
    with pytest.raises(Conflict) as caught:
        appeal(decision=key, by=owner, text="Again")
    assert caught.value.code == "appeal.already-made"
    with pytest.raises(Conflict) as caught:
        decide_appeal(appeal=made, by=other, grant=True, answer="Well, yes")
    assert caught.value.code == "appeal.already-decided"


@EVERY
def test_another_moderator_decides(
    make: Callable[..., str], owner: User, moderator: User, settings: Any
) -> None:
    made = appeal(decision=make(owner, moderator), by=owner, text="Please look again")
    with pytest.raises(Refused) as caught:
        decide_appeal(appeal=made, by=moderator, grant=False, answer="No")
    assert caught.value.code == "appeal.same-moderator"
    with pytest.raises(Refused):
        decide_appeal(appeal=made, by=owner, grant=True, answer="Yes")
    assert Appeal.objects.get().is_open
    settings.EXTERY_OWN_DECISIONS = True
    assert not decide_appeal(appeal=made, by=moderator, grant=False, answer="No").is_open


@EVERY
def test_a_decision_about_another_person_is_not_found(
    make: Callable[..., str], owner: User, moderator: User, stranger: User
) -> None:
    key = make(owner, moderator)
    for by, decision in [(stranger, key), (owner, "event-0"), (owner, "planet-1"), (owner, "")]:
        with pytest.raises(NotFound):
            find_decision(decision, by)
        with pytest.raises(NotFound):
            appeal(decision=decision, by=by, text="Hm")
    assert not Appeal.objects.exists()


def test_a_decision_that_is_not_in_force_cannot_be_appealed(
    owner: User, moderator: User, other: User
) -> None:
    key = suspend(owner, moderator)
    lift_suspension(user=owner, by=other, reason="Enough")
    with pytest.raises(Conflict) as caught:
        appeal(decision=key, by=owner, text="Late")
    assert caught.value.code == "appeal.not-in-force"


def test_an_appeal_is_granted_also_when_the_decision_has_ended(
    owner: User, moderator: User, other: User
) -> None:
    made = appeal(decision=block(owner, moderator), by=owner, text="Please")
    decisions.unblock_extension(extension=Extension.objects.get(), by=other)
    assert decide_appeal(appeal=made, by=other, grant=True, answer="Yes").status == "granted"
    assert Event.objects.filter(kind="unblocked").count() == 1


def test_a_moderator_does_not_decide_about_an_own_appeal(moderator: User, other: User) -> None:
    made = appeal(decision=decline(moderator, other), by=moderator, text="Please")
    with pytest.raises(ExteryError) as caught:
        decide_appeal(appeal=made, by=moderator, grant=True, answer="Yes")
    assert caught.value.code == "permission.own-work"


@pytest.mark.parametrize("make", [decline, block, resolve])
def test_a_moderator_does_not_decide_about_the_own_extension(
    make: Callable[..., str], owner: User, moderator: User, other: User
) -> None:
    made = appeal(decision=make(owner, moderator), by=owner, text="Please")
    assert may_decide_appeal(other, made)
    # The extension was handed over since.
    Extension.objects.update(owner=other)
    with pytest.raises(Refused) as caught:
        decide_appeal(appeal=made, by=other, grant=False, answer="It is mine now")
    assert caught.value.code == "permission.own-work"


@EVERY
def test_the_pages_of_an_appeal(
    make: Callable[..., str],
    owner: User,
    moderator: User,
    other: User,
    stranger: User,
    signed_in: Callable[[User], Client],
) -> None:
    key = make(owner, moderator)
    author = signed_in(owner)
    address = f"/appeals/new/{key}/"

    def open_page(client: Client, path: str) -> Page:
        response = client.get(path)
        assert response.status_code == 200, path
        page = Page(response.content.decode())
        assert mistakes(page) == []
        return page

    assert address in open_page(author, "/reports/mine/").links
    assert "Why is the decision wrong?" in open_page(author, address).html
    assert author.post(address, {"text": " "}).status_code == 422
    page = author.post(address, {"text": "Please look again"})["Location"]
    assert author.get(address)["Location"] == page
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(stranger).get(page).status_code == 404
    assert author.post(page, {"outcome": "grant", "answer": "Yes"}).status_code == 403
    assert page in open_page(signed_in(other), "/reports/?show=appeals").links
    assert "another moderator decides" in open_page(signed_in(moderator), page).html
    assert "If you grant it" in open_page(signed_in(other), page).html
    response = signed_in(other).post(page, {"outcome": "reject", "answer": " "})
    assert response.status_code == 422
    signed_in(other).post(page, {"outcome": "reject", "answer": "The copy is the same."})
    assert "The copy is the same." in open_page(author, page).html
