"""Hand-over of an extension with the consent of both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery.core.errors import Conflict, ExteryError, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Handover, Version
from extery_site.moderation import decisions as moderation
from extery_site.notify.models import FeedEntry
from extery_site.publish import handover
from tests.site import factories
from tests.site.packages import package

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]


@pytest.fixture
def offered(approve: Approve, owner: User, stranger: User) -> Handover:
    return handover.offer(extension=approve().extension, by=owner, to="@Eve", text="Yours now?")


def test_an_accepted_offer_changes_the_owner(
    offered: Handover, owner: User, stranger: User
) -> None:
    extension = handover.accept(handover=offered, by=stranger)

    assert extension.owner == stranger
    version = extension.versions.get()
    assert version.created_by == owner
    offered.refresh_from_db()
    assert (offered.state, offered.closed_at is not None) == ("accepted", True)
    event = extension.events.latest("pk")
    assert (event.kind, event.by) == ("handover_accepted", stranger)


def test_tokens_of_the_old_owner_lose_access_and_those_of_the_new_one_have_it(
    offered: Handover, owner: User, stranger: User, program: Callable[[User], Client]
) -> None:
    old, new = program(owner), program(stranger)
    handover.accept(handover=offered, by=stranger)

    statuses = []
    for client in (old, new):
        file = SimpleUploadedFile("gear.zip", package(version="2.0.0"))
        statuses.append(client.post("/api/v1/packages/", {"file": file}).status_code)

    assert statuses == [403, 201]
    assert Extension.objects.get().versions.filter(created_by=stranger).count() == 1


def test_only_the_recipient_answers_and_only_the_owner_withdraws(
    offered: Handover, owner: User, moderator: User, stranger: User
) -> None:
    for user in (owner, moderator):
        with pytest.raises(Refused):
            handover.accept(handover=offered, by=user)
        with pytest.raises(Refused):
            handover.refuse(handover=offered, by=user)
    for user in (stranger, moderator):
        with pytest.raises(Refused):
            handover.withdraw(handover=offered, by=user)
    assert Extension.objects.get().owner == owner


def test_the_recipient_is_notified_until_the_offer_ends(
    offered: Handover, owner: User, stranger: User
) -> None:
    [entry] = FeedEntry.objects.filter(user=stranger)
    assert (entry.asks, entry.url) == (True, f"/mine/offers/{offered.pk}/")
    assert not FeedEntry.objects.filter(user=owner, key=entry.key).exists()

    handover.withdraw(handover=offered, by=owner)

    entry.refresh_from_db()
    assert not entry.asks


@pytest.mark.parametrize("end", ["accept", "refuse", "withdraw"])
def test_an_offer_ends_once(offered: Handover, owner: User, stranger: User, end: str) -> None:
    answers: dict[str, Callable[[], object]] = {
        "accept": lambda: handover.accept(handover=offered, by=stranger),
        "refuse": lambda: handover.refuse(handover=offered, by=stranger, text="No time"),
        "withdraw": lambda: handover.withdraw(handover=offered, by=owner),
    }
    answers[end]()
    events = offered.extension.events.count()

    for answer in answers.values():
        with pytest.raises((Conflict, Refused)):
            answer()

    assert offered.extension.events.count() == events
    assert Extension.objects.get().owner == (stranger if end == "accept" else owner)


@pytest.mark.parametrize("name", ["nobody-here", "ada", "ADA", "", "gone"])
def test_an_offer_needs_another_active_user(approve: Approve, owner: User, name: str) -> None:
    factories.make_user("gone", is_active=False)
    extension = approve().extension

    with pytest.raises(InvalidInput) as caught:
        handover.offer(extension=extension, by=owner, to=name)

    assert caught.value.code == "handover.recipient"
    assert not Handover.objects.exists()


def test_an_extension_is_offered_to_one_user_at_a_time(offered: Handover, owner: User) -> None:
    factories.make_user("bob")
    with pytest.raises(Conflict) as caught:
        handover.offer(extension=offered.extension, by=owner, to="bob")
    assert caught.value.code == "handover.open"

    handover.withdraw(handover=offered, by=owner)
    assert handover.offer(extension=offered.extension, by=owner, to="bob").is_open


def test_a_blocked_extension_does_not_change_hands(
    offered: Handover, owner: User, moderator: User, stranger: User
) -> None:
    moderation.block_extension(extension=offered.extension, by=moderator, reason="Bad")
    with pytest.raises(ExteryError):
        handover.accept(handover=offered, by=stranger)
    assert handover.withdraw(handover=offered, by=owner).state == "withdrawn"


def test_offers_are_hidden_from_the_public_thread(
    offered: Handover, stranger: User, signed_in: Callable[[User], Client]
) -> None:
    path = "/queue/gear_tool/1.0.0/"
    assert "Yours now?" in signed_in(offered.offered_by).get(path).content.decode()
    assert "Yours now?" not in Client().get(path).content.decode()
