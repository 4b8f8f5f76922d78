"""The API of ratings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.ratings import actions
from extery_site.ratings.models import Helpful, Rating, Reply
from tests.site import factories

Program = Callable[[User], Client]
LIST = "/api/v1/extensions/gear_tool/ratings/"
OWN = "/api/v1/extensions/gear_tool/rating/"


def put(client: Client, path: str, body: dict[str, Any] | None = None, **options: Any) -> Any:
    return client.put(path, body or {}, "application/json", **options)


def code(response: Any) -> str:
    return str(response.json()["problems"][0]["code"])


def test_a_rating_is_created_changed_and_removed(
    extension: Extension, stranger: User, program: Program
) -> None:
    client = program(stranger)
    missing = client.get(OWN)
    assert (missing.status_code, code(missing)) == (404, "request.not-found")
    created = put(client, OWN, {"stars": 4, "text": "Good", "blender": "4.2"})
    assert created.status_code == 200
    body = created.json()
    assert (body["stars"], body["text"], body["version"]) == (4, "Good", "1.0.0")
    assert (body["blender"], body["platform"], body["edited_at"]) == ("4.2.0", "", None)
    changed = put(client, OWN, {"stars": 5}).json()
    assert (changed["id"], changed["stars"]) == (body["id"], 5)
    assert changed["edited_at"] is not None
    assert client.get(OWN).json() == changed
    for _ in range(2):
        assert client.delete(OWN).status_code == 204
    assert not Rating.objects.exists()


def test_the_system_comes_from_the_user_agent_of_blender(
    extension: Extension, stranger: User, program: Program
) -> None:
    agent = {"User-Agent": "Blender/5.0.1 (Windows AMD64; cycle=release)"}
    body = put(program(stranger), OWN, {"stars": 3}, headers=agent).json()
    assert (body["blender"], body["platform"]) == ("5.0.1", "windows-x64")
    chosen = {"stars": 3, "blender": "4.5", "platform": "linux-x64"}
    body = put(program(stranger), OWN, chosen, headers=agent).json()
    assert (body["blender"], body["platform"]) == ("4.5.0", "linux-x64")


def test_the_list_has_the_ratings_and_the_numbers(client: Client, rating: Rating) -> None:
    body = client.get(LIST).json()
    assert (body["average"], body["number"], body["with_text"]) == (3.58, 1, 1)
    assert body["stars"] == {"5": 0, "4": 1, "3": 0, "2": 0, "1": 0}
    assert (body["site_average"], body["newest_version_average"]) == (3.5, None)
    assert (body["page"], body["pages"]) == (1, 1)
    [only] = body["ratings"]
    assert only["id"] == rating.pk
    assert only["user"] == {"username": "eve", "name": "eve"}
    assert only["text"] == "Good **gears**."
    assert client.get(f"{LIST}?stars=5").json()["ratings"] == []
    assert len(client.get(f"{LIST}?blender=4.5&order=lowest").json()["ratings"]) == 1
    assert client.get(f"{LIST}?page=9").json()["page"] == 1


@pytest.mark.parametrize(
    "query", ["stars=6", "stars=x", "order=sideways", "blender=soon", "page=0"]
)
def test_an_invalid_filter_is_an_error(client: Client, extension: Extension, query: str) -> None:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code in (400, 422)
    assert code(response) in ("request.bad-value", "rating.unknown-system")


def test_the_list_needs_a_fixed_number_of_queries(
    client: Client, extension: Extension, django_assert_num_queries: Any
) -> None:
    for at in range(12):
        user = factories.make_user(f"user{at}")
        rating = actions.rate(extension=extension, by=user, stars=4)
        actions.reply(rating=rating, by=extension.owner, text="Thank you")
    with django_assert_num_queries(7):
        assert len(client.get(LIST).json()["ratings"]) == 12


def test_hidden_ratings_are_left_out(
    client: Client, rating: Rating, stranger: User, moderator: User, program: Program
) -> None:
    address = f"{LIST}{rating.pk}"
    refused = program(stranger).post(f"{address}/hide", {"reason": "Hm"}, "application/json")
    assert (refused.status_code, code(refused)) == (403, "permission.moderator-only")
    client_of_moderator = program(moderator)
    hidden = client_of_moderator.post(f"{address}/hide", {"reason": "Rude"}, "application/json")
    assert hidden.json()["hidden"] is True
    body = client.get(LIST).json()
    assert (body["ratings"], body["number"], body["average"]) == ([], 0, None)
    assert program(stranger).get(OWN).json()["hidden"] is True
    removed = program(stranger).delete(OWN)
    assert (removed.status_code, code(removed)) == (409, "rating.hidden")
    shown = client_of_moderator.post(f"{address}/show")
    assert shown.json()["hidden"] is False
    assert client.get(LIST).json()["number"] == 1


def test_the_owner_replies_and_removes_the_reply(
    rating: Rating, owner: User, stranger: User, program: Program
) -> None:
    address = f"{LIST}{rating.pk}/reply/"
    refused = put(program(stranger), address, {"text": "No"})
    assert (refused.status_code, code(refused)) == (403, "permission.owner-only")
    body = put(program(owner), address, {"text": "Thank you"}).json()
    assert (body["by"], body["text"]) == ({"username": "ada", "name": "Ada Tester"}, "Thank you")
    assert Client().get(LIST).json()["ratings"][0]["reply"]["text"] == "Thank you"
    empty = put(program(owner), address, {"text": " "})
    assert (empty.status_code, code(empty)) == (422, "rating.reply-empty")
    assert program(owner).delete(address).status_code == 204
    assert not Reply.objects.exists()


def test_a_mark_as_helpful_is_put_and_deleted(
    rating: Rating, moderator: User, stranger: User, program: Program
) -> None:
    address = f"{LIST}{rating.pk}/helpful/"
    for _ in range(2):
        assert put(program(moderator), address).json()["helpful"] == 1
    own = put(program(stranger), address)
    assert (own.status_code, code(own)) == (403, "rating.own-rating")
    assert program(moderator).delete(address).json()["helpful"] == 0
    assert not Helpful.objects.exists()


def test_errors_are_problems(
    extension: Extension, owner: User, stranger: User, program: Program
) -> None:
    anonymous = put(Client(), OWN, {"stars": 5})
    assert (anonymous.status_code, code(anonymous)) == (401, "account.sign-in-required")
    own = put(program(owner), OWN, {"stars": 5})
    assert (own.status_code, code(own)) == (403, "rating.own-extension")
    client = program(stranger)
    for stars in (0, 6, 10**30):
        assert code(put(client, OWN, {"stars": stars})) == "rating.stars"
    assert code(put(client, OWN, {"stars": "many"})) == "request.bad-value"
    unknown = put(client, OWN.replace("gear_tool", "nothing"), {"stars": 5})
    assert (unknown.status_code, code(unknown)) == (404, "request.not-found")
    for number in (0, 2**63, 10**30):
        response = put(client, f"{LIST}{number}/helpful/")
        assert (response.status_code, code(response)) == (404, "request.not-found")
    assert not Rating.objects.exists()
