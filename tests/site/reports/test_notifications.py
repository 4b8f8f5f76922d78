"""Whom reports, decisions, appeals and suspensions notify, and what they may know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.accounts.roles import set_role
from extery_site.catalog.models import Extension, Version
from extery_site.notify.actions import Subject, notify
from extery_site.notify.models import FeedEntry, Notification
from extery_site.ratings.models import Rating
from extery_site.reports import handling
from extery_site.reports.actions import report_extension, report_target
from extery_site.reports.appeals import appeal, decide_appeal
from extery_site.reports.models import Case
from extery_site.reports.targets import find_target
from tests.site import factories


@pytest.fixture
def case(approve: Callable[..., Version], stranger: User) -> Case:
    extension = approve().extension
    Notification.objects.all().delete()
    return report_extension(
        extension=extension, by=stranger, reason="other", text="It mines coins."
    ).case


def received(user: User) -> list[str]:
    found = Notification.objects.filter(entry__user=user).order_by("pk")
    return [notification.headline for notification in found]


def test_moderators_hear_of_reports_and_answers(
    case: Case, owner: User, stranger: User, moderator: User
) -> None:
    handling.ask_person(case=case, by=moderator, text="Does it?")
    assert received(owner) == ["Moderators ask you about Gear Tool"]
    assert FeedEntry.objects.get(user=owner, key=f"own-case {case.pk}").asks
    handling.answer_question(case=case, by=owner, text="No.")
    assert not FeedEntry.objects.get(user=owner, key=f"own-case {case.pk}").asks
    assert [line.partition(" ")[2] for line in received(moderator)] == [
        "Tool was reported",
        "Tester answered about Gear Tool",
    ]


def test_an_answer_goes_to_those_who_may_still_decide(
    case: Case, stranger: User, moderator: User
) -> None:
    imani, boss = (factories.make_moderator(name) for name in ("imani", "boss"))
    handling.claim_case(case=case, by=imani)
    handling.ask_reporters(case=case, by=imani, text="Where?")
    set_role(user=imani, role="is_moderator", granted=False, by=None)
    handling.answer_question(case=case, by=stranger, text="In the console")
    # The extension has got a new owner, who had claimed the case.
    handling.claim_case(case=case, by=boss, take_over_from=imani)
    Extension.objects.update(owner=boss)
    handling.answer_question(case=case, by=stranger, text="At each start")
    answers = Notification.objects.filter(kind="report_answer").order_by("pk")
    assert list(answers.values_list("entry__user__username", "text")) == [
        ("mod", "In the console"),
        ("boss", "In the console"),
        ("mod", "At each start"),
    ]
    subject = Subject("case 1", "Gear Tool", "/reports/1/")
    assert notify("report_answer", to=[imani, stranger, moderator], subject=subject) == 1


def test_the_outcome_goes_to_reporters_and_only_if_resolved_to_the_person(
    case: Case, owner: User, stranger: User, moderator: User
) -> None:
    handling.dismiss_case(case=case, by=moderator, note="It does not")
    assert received(stranger) == ["Your report about Gear Tool was dismissed"]
    assert received(owner) == []
    handling.reopen_case(case=case, by=moderator, reason="Look again")
    handling.resolve_case(case=case, by=moderator, note="It does")
    assert received(stranger)[1:] == [
        "Your report about Gear Tool is looked at again",
        "Your report about Gear Tool was resolved",
    ]
    assert received(owner) == ["Reports about Gear Tool were resolved"]
    to_owner = Notification.objects.get(entry__user=owner)
    assert (to_owner.text, to_owner.by, to_owner.url) == ("It does", moderator, "/reports/mine/")


def test_a_moderator_is_not_notified_of_reports_about_own_things(
    moderator: User, owner: User, stranger: User
) -> None:
    imani = factories.make_moderator("imani")
    extension = factories.make_approved(moderator, imani).extension
    rating = Rating.objects.create(extension=extension, user=stranger, stars=1, text="Bad")
    Notification.objects.all().delete()
    target = find_target("rating", str(rating.pk), owner)
    rated = report_target(target=target, by=owner, reason="offensive", text="An insult").case
    handling.ask_reporters(case=rated, by=imani, text="Which word?")
    handling.answer_question(case=rated, by=owner, text="The first")
    assert received(moderator) == []
    assert len(received(imani)) == 2
    Notification.objects.all().delete()
    target = find_target("user", "mod", stranger)
    report_target(target=target, by=stranger, reason="offensive", text="Rude")
    assert (received(moderator), received(imani)) == ([], ["mod was reported"])


def test_an_appeal_goes_to_other_moderators_and_its_answer_to_the_person(
    case: Case, owner: User, moderator: User
) -> None:
    imani = factories.make_moderator("imani")
    handling.resolve_case(case=case, by=moderator, note="It does")
    made = appeal(decision=f"case-{case.pk}", by=owner, text="It does not")
    assert received(imani) == ["Appeal: Reports about Gear Tool were resolved"]
    decide_appeal(appeal=made, by=imani, grant=False, answer="We looked again")
    assert received(owner)[-1].startswith("Your appeal was rejected")
    assert received(moderator)[-1].startswith("The appeal was rejected")


def test_a_suspended_user_is_notified_of_it_and_of_its_end(
    moderator: User, stranger: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(moderator)
    address = "/people/eve/suspension/"
    client.post(address, {"step": "suspend", "days": "7", "reason": "Insults"})
    client.post(address, {"step": "lift", "reason": "An apology"})
    texts = Notification.objects.filter(entry__user=stranger).order_by("pk")
    assert [one.text for one in texts] == ["Insults", "An apology"]
    assert received(stranger)[0].startswith("Your account is suspended until")
