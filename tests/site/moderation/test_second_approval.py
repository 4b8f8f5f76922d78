"""Versions with a high risk, and of widely used extensions, need the approvals of two moderators."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from extery.core.errors import Conflict, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import bulk, claims, decisions
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.second_approval import (
    ask_second,
    first_approval,
    needs_two,
    withdraw_approval,
)
from extery_site.notify.models import FeedEntry
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db
PATH = "/queue/gear_tool/1.1.0/"


@pytest.fixture
def imani(db: None) -> User:
    return factories.make_moderator("imani")


@pytest.fixture
def version(owner: User, moderator: User) -> Version:
    """Gear Tool 1.1.0 in review, of an extension with 10,001 downloads."""
    factories.make_approved(owner, moderator)
    Extension.objects.update(download_count=10_001)
    return factories.make_waiting(owner, version="1.1.0")


def approve(version: Version, by: User) -> str:
    return decisions.approve_version(version=version, packages=version.package_hashes, by=by).kind


def status(version: Version) -> str:
    return Version.objects.get(pk=version.pk).status


def test_the_risk_or_the_reach_needs_two_moderators_unless_the_site_has_one(settings: Any) -> None:
    small, large = Extension(download_count=10_000), Extension(download_count=10_001)
    asked = [(79, small), (80, small), (0, large)]
    assert [needs_two(*one) for one in asked] == [False, True, True]
    settings.EXTERY_APPROVE_ALONE = settings.EXTERY_APPROVE_ALONE_RISK = None
    assert [needs_two(*one) for one in asked] == [True, True, True]
    settings.EXTERY_OWN_DECISIONS = True
    assert [needs_two(*one) for one in asked] == [False, False, False]


def test_the_second_approval_publishes(
    version: Version, owner: User, moderator: User, imani: User
) -> None:
    claims.claim(version=version, by=moderator)
    assert approve(version, moderator) == "first_approved"
    assert status(version) == "in_review"
    with pytest.raises(Conflict) as caught:
        approve(version, moderator)
    assert caught.value.code == "review.approved-by-you"

    assert approve(version, imani) == "approved"  # also ended the claim of the first one

    assert status(version) == "approved"
    assert QueueEntry.objects.get(version=version).first_approval is None
    kinds = Event.objects.filter(version=version, by__in=(moderator, imani)).order_by("pk")
    assert list(kinds.values_list("kind", "by__username")) == [
        ("first_approved", "mod"),
        ("approved", "imani"),
    ]


def take_back(version: Version, moderator: User, **_: Any) -> None:
    withdraw_approval(version=version, by=moderator)


def build(version: Version, owner: User, **_: Any) -> None:
    publish.withdraw(version=version, by=owner)
    other = factories.package(version="1.1.0", files={"other.py": "other = True\n"})
    publish.receive_upload(file=io.BytesIO(other), name="gear.zip", user=owner)
    publish.submit(version=version, by=owner)


def ask_for_changes(version: Version, imani: User, owner: User, **_: Any) -> None:
    hashes = version.package_hashes
    decisions.request_changes(version=version, packages=hashes, by=imani, reason="Names")
    publish.submit(version=version, by=owner)


def demote(moderator: User, **_: Any) -> None:
    User.objects.filter(pk=moderator.pk).update(is_moderator=False)


def suspend(moderator: User, **_: Any) -> None:
    until = timezone.now() + timedelta(days=1)
    User.objects.filter(pk=moderator.pk).update(suspended_until=until)


def give(version: Version, moderator: User, **_: Any) -> None:
    Extension.objects.filter(pk=version.extension_id).update(owner=moderator)


@pytest.mark.parametrize("void", [take_back, build, ask_for_changes, demote, suspend, give])
def test_a_first_approval_ends_with_what_it_was_about(
    void: Callable[..., None], version: Version, owner: User, moderator: User, imani: User
) -> None:
    approve(version, moderator)
    assert first_approval(version) is not None

    void(version=version, owner=owner, moderator=moderator, imani=imani)

    current = Version.objects.select_related("extension").get(number="1.1.0")
    assert first_approval(current) is None
    assert approve(current, imani) == "first_approved"
    assert status(current) == "in_review"


def test_a_second_moderator_is_asked_no_more_when_none_is_needed(
    version: Version, owner: User, moderator: User, imani: User
) -> None:
    asked, hashes = FeedEntry.objects.asked().filter(user=imani), version.package_hashes
    approve(version, moderator)
    assert asked.exists()
    take_back(version, moderator)
    assert not asked.exists()

    approve(version, moderator)
    decisions.request_changes(version=version, packages=hashes, by=moderator, reason="Names")
    assert not asked.exists()
    assert FeedEntry.objects.asked().filter(user=owner).exists()
    publish.submit(version=version, by=owner)

    approve(version, moderator)
    decisions.hold_version(version=version, by=moderator, reason="A question")
    assert not asked.exists()


def test_only_ones_own_approval_is_taken_back(
    version: Version, owner: User, moderator: User, imani: User
) -> None:
    approve(version, moderator)
    for by, error, code in (
        (imani, Conflict, "review.no-approval"),
        (owner, Refused, "permission.moderator-only"),
    ):
        with pytest.raises(error) as caught:
            withdraw_approval(version=version, by=by)
        assert caught.value.code == code


def test_the_page_names_who_approved_and_what_is_missing(
    version: Version, owner: User, moderator: User, imani: User, signed_in: Any
) -> None:
    first, second, body = (
        signed_in(moderator),
        signed_in(imani),
        {"package": version.package_hashes},
    )
    confirm = first.get("/queue/gear_tool/1.1.0/decide/?step=approve").content.decode()
    assert "It needs <strong>two moderators</strong>" in confirm

    for _ in range(2):  # a form that is sent twice approves once
        response = first.post(PATH, {"step": "approve", **body}, follow=True)
        assert "Approved by you; one more moderator is needed." in response.content.decode()
    assert Event.objects.filter(kind="first_approved").count() == 1
    assert "Take my approval back" in response.content.decode()
    assert "Approve as the second" in second.get(PATH).content.decode()
    assert "1 of 2 approved" in second.get("/queue/?flag=second").content.decode()
    news = second.get("/notifications/").content.decode()
    assert "Gear Tool 1.1.0 needs a second moderator" in news

    first.post(PATH, {"step": "withdraw_approval"})
    assert "1 of 2 approved" not in second.get("/queue/").content.decode()
    assert first_approval(version) is None
    first.post(PATH, {"step": "approve", **body})
    second.post(PATH, {"step": "approve", **body})

    assert status(version) == "approved"


def test_several_versions_are_approved_without_those_that_need_two(
    version: Version, moderator: User, run_tasks: Callable[[], int]
) -> None:
    QueueEntry.objects.filter(version=version).update(lines_added=1, lines_removed=0)

    [choice] = bulk.preview("approve", bulk.find_chosen([str(version.pk)]), moderator)

    assert choice.reason == "Needs two moderators"


def test_a_moderator_asks_for_a_second_one_in_an_internal_note(
    version: Version, owner: User, moderator: User, imani: User, signed_in: Any
) -> None:
    signed_in(moderator).post(PATH, {"step": "ask_second", "text": "Is the parser safe?"})
    again = ask_second(version=version, by=moderator, text="Again")

    event = Event.objects.get(kind="second_asked")
    assert (event, event.is_internal, event.text) == (again, True, "Is the parser safe?")
    assert "Is the parser safe?" in signed_in(imani).get(PATH).content.decode()
    assert "Is the parser safe?" not in signed_in(owner).get(PATH).content.decode()
    asked = signed_in(imani).get("/notifications/").content.decode()
    assert "needs a second moderator" in asked
    assert (
        "needs a second moderator" not in signed_in(owner).get("/notifications/").content.decode()
    )


def test_programs_approve_in_two_steps(
    version: Version, moderator: User, imani: User, program: Any
) -> None:
    path, body = (
        "/api/v1/extensions/gear_tool/versions/1.1.0/",
        {"packages": version.package_hashes},
    )

    def post(by: User, action: str, data: Any = None) -> tuple[int, str]:
        response = program(by).post(f"{path}{action}", data or {}, "application/json")
        answer = response.json()
        return response.status_code, answer.get("kind") or answer["problems"][0]["code"]

    assert post(moderator, "approve", body) == (200, "first_approved")
    assert post(moderator, "withdraw-approval") == (200, "approval_withdrawn")
    assert post(moderator, "withdraw-approval") == (409, "review.no-approval")
    assert post(moderator, "ask-second", {"reason": "Hm"}) == (200, "second_asked")
    assert post(moderator, "approve", body) == (200, "first_approved")
    assert post(imani, "approve", body) == (200, "approved")


@pytest.mark.django_db(transaction=True)
def test_two_moderators_who_approve_at_once_are_two(
    version: Version, moderator: User, imani: User
) -> None:
    results = run_simultaneously(
        lambda: approve(version, moderator),
        lambda: approve(version, imani),
        lambda: approve(version, moderator),
    )

    assert status(version) == "approved"
    kinds = sorted(result for result in results if isinstance(result, str))
    assert kinds == ["approved", "first_approved"]
    assert errors_of(results)[0] in ("review.approved-by-you", "review.wrong-status")
