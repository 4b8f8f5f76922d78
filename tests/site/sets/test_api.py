"""The API of sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.sets.models import ExtensionSet
from tests.site.sets.conftest import order_of

Program = Callable[[User], Client]
SETS = "/api/v1/sets/"
WINTER = f"{SETS}eve/winter-work/"
JSON = "application/json"


def ids(document: dict[str, Any]) -> list[str]:
    return [entry["extension"] for entry in document["entries"]]


def problem(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["problems"][0]["code"]


def test_a_set_is_made_changed_and_deleted(
    tools: dict[str, Version], stranger: User, program: Program, client: Client
) -> None:
    eve = program(stranger)
    made = eve.post(SETS, {"title": "Winter work"}, content_type=JSON)
    assert made.status_code == 201
    assert made.json()["listing_url"] == "http://testserver/sets/eve/winter-work/index.json"
    for id_ in ("gear_tool", "snow_maker", "rock_garden"):
        eve.put(f"{WINTER}extensions/{id_}/", {"note": "Hm"}, content_type=JSON)
    body = {"version": "1.0.0"}
    document = eve.put(f"{WINTER}extensions/gear_tool/", body, content_type=JSON).json()
    assert document["entries"][0] | {"added_at": ""} == {
        "extension": "gear_tool",
        "name": "Gear Tool",
        "note": "Hm",
        "version": "1.0.0",
        "added_at": "",
    }
    order = ["rock_garden", "gear_tool", "snow_maker"]
    body = {"extensions": order, "revision": document["revision"]}  # type: ignore[dict-item]
    assert ids(eve.put(f"{WINTER}order/", body, content_type=JSON).json()) == order
    assert problem(eve.put(f"{WINTER}order/", body, content_type=JSON)) == (409, "set.changed")
    assert ids(eve.delete(f"{WINTER}extensions/gear_tool/").json()) == order[:1] + order[2:]
    changed = eve.patch(WINTER, {"visibility": "link"}, content_type=JSON).json()
    assert (changed["visibility"], changed["title"]) == ("link", "Winter work")
    assert client.get(SETS).json()["sets"] == []
    assert [one["name"] for one in eve.get(f"{SETS}mine/").json()] == ["winter-work"]
    assert eve.delete(WINTER).status_code == 204
    assert problem(client.get(WINTER)) == (404, "request.not-found")


def test_everyone_reads_public_sets(
    client: Client, winter: ExtensionSet, owner: User, program: Program
) -> None:
    document = client.get(SETS, {"q": "winter", "extension": "gear_tool"}).json()
    [found] = document["sets"]
    assert (found["name"], found["extensions"], found["owner"]["username"]) == (
        "winter-work",
        3,
        "eve",
    )
    assert (document["page"], document["pages"], document["total"]) == (1, 1, 1)
    details = client.get(WINTER).json()
    assert ids(details) == order_of(winter)
    assert details["hidden_reason"] is None
    assert client.get(SETS, {"sort": "foo"}).status_code == 400
    assert program(owner).put(f"{WINTER}follow/").json()["followers"] == 1
    assert program(owner).delete(f"{WINTER}follow/").json()["following"] is False


def test_only_the_owner_changes_a_set_and_only_moderators_hide_it(
    client: Client, winter: ExtensionSet, owner: User, moderator: User, program: Program
) -> None:
    ada, mod = program(owner), program(moderator)
    before = order_of(winter)
    requests = (
        ("patch", WINTER, {"title": "Mine"}),
        ("delete", WINTER, {}),
        ("put", f"{WINTER}extensions/gear_tool/", {"note": "Ha"}),
        ("delete", f"{WINTER}extensions/gear_tool/", {}),
        ("put", f"{WINTER}order/", {"extensions": before[::-1]}),
    )
    for method, path, body in requests:
        assert getattr(client, method)(path, body, content_type=JSON).status_code == 401
        for who in (ada, mod):
            response = getattr(who, method)(path, body, content_type=JSON)
            assert problem(response) == (403, "set.not-owner")
    assert order_of(winter) == before
    hide = {"reason": "Advertising"}
    response = ada.post(f"{WINTER}hide", hide, content_type=JSON)
    assert problem(response) == (403, "permission.moderator-only")
    hidden = mod.post(f"{WINTER}hide", hide, content_type=JSON).json()
    assert hidden["hidden_reason"] == "Advertising"
    assert problem(ada.get(WINTER)) == (404, "request.not-found")
    assert mod.post(f"{WINTER}show").json()["hidden_reason"] is None
    assert ada.get(WINTER).status_code == 200
