"""Pages on which owners manage an extension, answer offers and set maximum Blender versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Handover, MaximumSuggestion, Version
from extery_site.publish import deletion, handover, maximum
from extery_site.publish.models import ReservedId
from tests.site import factories
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
SignedIn = Callable[[User], Client]
MANAGE = "/mine/gear_tool/"


def text(response: Any) -> str:
    content: str = response.content.decode()
    assert mistakes(Page(content)) == []
    return content


def test_the_owner_unlists_lists_and_deprecates_with_buttons(
    approve: Approve, owner: User, signed_in: SignedIn
) -> None:
    approve(id="cog_tool", name="Cog Tool")
    approve()
    client = signed_in(owner)
    assert "Unlist…" in text(client.get(MANAGE))
    assert "Blender keeps updating it" in text(client.get(f"{MANAGE}unlist/"))

    client.post(f"{MANAGE}unlist/", {"reason": "Not ready"})
    page = text(client.get(MANAGE, follow=True))
    assert "Gear Tool is unlisted." in page
    assert "List again" in page
    assert 'content="noindex"' in text(Client().get("/extensions/gear_tool/"))
    client.post(f"{MANAGE}list/")
    data = {"note": "Merged", "replacement": "nothing_here"}
    refused = client.post(f"{MANAGE}deprecate/", data)
    assert refused.status_code == 422
    assert "nothing_here is not a public extension" in text(refused)
    client.post(f"{MANAGE}deprecate/", data | {"replacement": "cog_tool"})
    shown = text(Client().get("/extensions/gear_tool/"))
    assert "This extension is deprecated" in shown
    assert "/extensions/cog_tool/" in shown
    client.post(f"{MANAGE}undeprecate/")
    extension = Extension.objects.get(extension_id="gear_tool")
    assert (extension.is_unlisted, extension.is_deprecated) == (False, False)


def test_the_page_before_a_deletion_names_what_happens(
    approve: Approve, owner: User, signed_in: SignedIn
) -> None:
    approve()
    factories.make_waiting(owner, version="2.0.0")
    client = signed_in(owner)

    page = text(client.get(f"{MANAGE}delete/"))
    for part in (
        "deleted in 7 days",
        "For 30 days after that",
        "from review now: 2.0.0",
        "stays reserved",
    ):
        assert part in page
    assert Extension.objects.get().delete_at is None

    done = client.post(f"{MANAGE}delete/", {"reason": "Moved"}, follow=True)
    assert "will be deleted on" in text(done)
    assert "Its owner deletes this extension on" in text(Client().get("/extensions/gear_tool/"))
    again = client.post(f"{MANAGE}delete/", {"reason": "Moved"})
    assert again.status_code == 409
    assert "cancel the deletion first" in text(again).lower()
    assert "will not be deleted" in text(client.post(f"{MANAGE}cancel-deletion/", follow=True))


@pytest.mark.parametrize("by_owner", [True, False])
def test_a_deleted_extension_is_restored_by_its_owner_or_a_moderator(
    approve: Approve, owner: User, moderator: User, signed_in: SignedIn, by_owner: bool
) -> None:
    deletion.delete_extension(extension=approve().extension, by=owner)
    deletion.delete_planned(now=timezone.now() + timedelta(days=99))
    client = signed_in(owner if by_owner else moderator)
    if by_owner:
        assert "Restore…" in text(client.get("/mine/"))
        assert client.get("/publish/gear_tool/", follow=True).redirect_chain == [(MANAGE, 302)]
    assert "This extension is deleted" in text(client.get("/extensions/gear_tool/"))

    response = client.post(f"{MANAGE}restore/", follow=True)

    assert "Gear Tool is restored." in text(response)
    assert Extension.objects.get().is_public


def test_an_erased_extension_is_gone_from_the_list_of_its_owner(
    approve: Approve, owner: User, signed_in: SignedIn
) -> None:
    deletion.delete_extension(extension=approve().extension, by=owner)
    later = timezone.now() + timedelta(days=99)
    deletion.delete_planned(now=later)
    deletion.erase_deleted(now=later + timedelta(days=99))
    client = signed_in(owner)

    assert "Gear Tool" not in text(client.get("/mine/"))
    assert "were erased on" in text(client.get(MANAGE))
    assert "its content was erased" in text(client.post(f"{MANAGE}restore/", follow=True))
    assert client.get("/extensions/gear_tool/").status_code == 200


def test_a_draft_that_was_never_submitted_is_deleted_from_the_page(
    owner: User, signed_in: SignedIn
) -> None:
    factories.make_complete(owner)
    client = signed_in(owner)
    assert "becomes free" in text(client.get(f"{MANAGE}delete/"))

    response = client.post(f"{MANAGE}delete/", {"reason": ""}, follow=True)

    assert response.redirect_chain == [("/mine/", 302)]
    assert "Gear Tool is deleted." in text(response)
    assert not Extension.objects.exists()


def test_an_offer_is_made_and_accepted_on_pages(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    approve()
    giver, taker = signed_in(owner), signed_in(stranger)
    refused = giver.post(f"{MANAGE}hand-over/", {"to": "unknown"})
    assert refused.status_code == 422
    assert "There is no active user unknown" in text(refused)
    giver.post(f"{MANAGE}hand-over/", {"to": "eve", "text": "Take **care**"})
    offer = Handover.objects.get()
    assert "Withdraw the offer" in text(giver.get(MANAGE))
    assert f"/mine/offers/{offer.pk}/" in text(taker.get("/mine/"))
    page = text(taker.get(f"/mine/offers/{offer.pk}/"))
    assert "<strong>care</strong>" in page
    assert giver.get(f"/mine/offers/{offer.pk}/").status_code == 404

    done = taker.post(f"/mine/offers/{offer.pk}/", {"step": "accept"}, follow=True)

    assert "Gear Tool is yours now." in text(done)
    assert Extension.objects.get().owner == stranger
    assert giver.get(MANAGE).status_code == 404
    assert "not open any more" in text(taker.get(f"/mine/offers/{offer.pk}/"))


def test_an_offer_is_refused_or_withdrawn_on_pages(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    extension = approve().extension
    giver, taker = signed_in(owner), signed_in(stranger)
    first = handover.offer(extension=extension, by=owner, to="eve")
    taker.post(f"/mine/offers/{first.pk}/", {"step": "refuse", "text": "No time"})
    second = handover.offer(extension=extension, by=owner, to="eve")
    giver.post(f"{MANAGE}withdraw-offer/")
    late = taker.post(f"/mine/offers/{second.pk}/", {"step": "accept"})

    assert late.status_code == 409
    states = Handover.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["refused", "withdrawn"]
    assert giver.post(f"{MANAGE}withdraw-offer/").status_code == 404


@pytest.mark.parametrize("path", ["", "unlist/", "delete/", "hand-over/", "restore/"])
def test_pages_of_other_users_are_not_found(
    approve: Approve, stranger: User, signed_in: SignedIn, path: str
) -> None:
    approve()
    assert signed_in(stranger).get(f"{MANAGE}{path}").status_code == 404
    assert Client().get(f"{MANAGE}{path}").status_code == 302


def test_the_owner_sets_and_removes_a_maximum_on_its_page(
    approve: Approve, owner: User, signed_in: SignedIn
) -> None:
    approve()
    client, path = signed_in(owner), "/extensions/gear_tool/versions/1.0.0/maximum/"
    assert path in text(client.get("/extensions/gear_tool/versions/"))
    refused = client.post(path, {"step": "set", "maximum": "4.0"})
    assert refused.status_code == 422
    assert "is not above the minimum" in text(refused)
    done = client.post(path, {"step": "set", "maximum": "5.0", "reason": "Old API"}, follow=True)
    assert "up to, not including 5.0" in text(done)
    assert "up to, not including 5.0" in text(Client().get("/extensions/gear_tool/versions/"))
    client.post(path, {"step": "remove"})
    assert Version.objects.get().blender_max is None
    assert "has no maximum" in text(client.post(path, {"step": "remove"}))


def test_a_suggestion_is_made_declined_and_accepted_on_its_page(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    approve()
    path = "/extensions/gear_tool/versions/1.0.0/maximum/"
    user, author = signed_in(stranger), signed_in(owner)
    assert "Sign in" in text(Client().get(path))
    assert Client().post(path, {"step": "suggest"}).status_code == 302
    assert user.post(path, {"step": "suggest", "maximum": "5.0"}).status_code == 422
    user.post(path, {"step": "suggest", "maximum": "5.0", "reason": "It crashes"})
    suggestion = MaximumSuggestion.objects.get()
    page = text(author.get(path))
    assert "It crashes" in page
    assert "Accept 5.0.0" in page
    assert "Accept 5.0.0" not in text(user.get(path))

    answer = {"suggestion": suggestion.pk, "answer": ""}
    failed = author.post(path, answer | {"step": "decline"})
    assert failed.status_code == 422
    assert "The answer needs a reason." in text(failed)
    assert user.post(path, answer | {"step": "accept"}).status_code == 403
    assert "is set" in text(author.post(path, answer | {"step": "accept"}, follow=True))
    assert "not including 5.0" in text(Client().get(path))
    for wrong in ("0", "x", "9" * 30, "²"):
        assert author.post(path, {"step": "accept", "suggestion": wrong}).status_code == 404
    assert author.post(path, {"step": "unknown"}).status_code == 404


def test_the_page_of_suggestions_has_a_fixed_number_of_queries(
    approve: Approve, owner: User, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    version = approve()
    client, path = signed_in(owner), "/extensions/gear_tool/versions/1.0.0/maximum/"
    for number in range(12):
        user = factories.make_user(f"user{number}")
        maximum.suggest_maximum(
            version=version, by=user, maximum=f"5.{number}", reason="It crashes"
        )

    with django_assert_max_num_queries(9):
        page = client.get(path)

    assert text(page).count("It crashes") == 12


def test_the_list_of_own_extensions_has_a_fixed_number_of_queries(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    client = signed_in(stranger)
    numbers = []
    for count in range(1, 4):
        extension = approve(id=f"tool_{count}", name=f"Tool {count}").extension
        handover.offer(extension=extension, by=owner, to="eve")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/mine/")
        numbers.append(len(queries))
    assert len(set(numbers)) == 1


def test_moderators_reserve_and_free_ids_on_a_page(
    moderator: User, owner: User, signed_in: SignedIn
) -> None:
    client = signed_in(moderator)
    assert "test_extension" in text(client.get("/reserved-ids/"))
    assert client.post("/reserved-ids/", {"id": "a b", "reason": "x"}).status_code == 422
    page = client.post("/reserved-ids/", {"id": "Cycles", "reason": "Of Blender"}, follow=True)
    assert "cycles is reserved." in text(page)
    assert signed_in(owner).get("/reserved-ids/").status_code == 403
    reserved = ReservedId.objects.get()
    assert signed_in(owner).post(f"/reserved-ids/{reserved.pk}/free/").status_code == 403
    client.post(f"/reserved-ids/{reserved.pk}/free/")
    assert not ReservedId.objects.exists()


def test_moderators_see_similar_names_in_the_review(
    approve: Approve, stranger: User, moderator: User, signed_in: SignedIn
) -> None:
    approve(id="loom_tools", name="Loom Tools")
    factories.make_waiting(stranger, id="l00m_tools", name="Weaving")
    path = "/queue/l00m_tools/1.0.0/"

    assert "Names like this one" in text(signed_in(moderator).get(path))
    assert "Names like this one" not in text(signed_in(stranger).get(path))
