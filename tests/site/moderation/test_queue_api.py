"""The API of the queue: the list, the next version, and claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.moderation.models import QueueEntry
from tests.site import factories

Program = Callable[[User], Client]
VERSION = "/api/v1/extensions/gear_tool/versions/1.0.0"


@pytest.fixture
def _waiting(owner: User) -> None:
    factories.make_waiting(owner, permissions={"network": "Loads gears"})
    factories.make_waiting(owner, id="other", name="Other")


@pytest.mark.usefixtures("_waiting")
def test_the_queue_is_public_without_risk_and_claims(
    client: Client, moderator: User, program: Program
) -> None:
    program(moderator).post(f"{VERSION}/claim")
    answer = client.get("/api/v1/queue/?sort=name&flag=host").json()
    assert (answer["count"], answer["page"], answer["pages"]) == (2, 1, 1)
    assert answer["expected_wait"] is None
    first, second = answer["entries"]
    assert (first["extension"], second["extension"]) == ("gear_tool", "other")
    assert first["url"].endswith("/queue/gear_tool/1.0.0/")
    assert (first["place"], first["flags"]) == (1, ["Asks for network"])
    assert (first["risk"], first["claim"]) == (None, None)


@pytest.mark.usefixtures("_waiting")
def test_moderators_get_risk_and_claims(moderator: User, program: Program) -> None:
    client = program(moderator)
    claimed = client.post(f"{VERSION}/claim").json()
    assert claimed["by"] == "mod"
    answer = client.get("/api/v1/queue/?who=mine&rows=50").json()
    (entry,) = answer["entries"]
    assert entry["claim"] == claimed
    assert entry["risk"]["score"] == sum(points for points, _ in entry["risk"]["reasons"])
    assert "New author" in entry["flags"]
    assert client.get("/api/v1/queue/?show=mine").json()["count"] == 1
    assert client.get("/api/v1/queue/?show=everything").status_code == 404


@pytest.mark.usefixtures("_waiting")
def test_a_claim_is_made_taken_over_and_released(moderator: User, program: Program) -> None:
    first, second = program(moderator), program(factories.make_moderator("imani"))
    assert first.post(f"{VERSION}/claim").status_code == 200
    refused = second.post(f"{VERSION}/claim")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (409, "review.claimed")
    assert second.post(f"{VERSION}/take-over").json()["by"] == "imani"
    assert first.delete(f"{VERSION}/claim").status_code == 409
    assert second.delete(f"{VERSION}/claim").status_code == 204
    assert first.post("/api/v1/queue/next").json()["extension"] == "gear_tool"
    assert first.post("/api/v1/queue/next").json()["extension"] == "other"
    assert first.post("/api/v1/queue/next").json() == {
        "extension": None,
        "version": None,
        "claim": None,
    }


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize("action", ["post claim", "post take-over", "delete claim"])
def test_only_moderators_claim(
    client: Client, owner: User, stranger: User, program: Program, action: str
) -> None:
    method, _, name = action.partition(" ")
    address = f"{VERSION}/{name}"
    assert getattr(client, method)(address).status_code == 401
    assert getattr(program(owner), method)(address).status_code == 403
    assert getattr(program(stranger), method)(address).status_code == 404
    assert program(stranger).post("/api/v1/queue/next").status_code == 403


def test_the_api_of_the_queue_needs_a_fixed_number_of_queries(
    owner: User, moderator: User, program: Program, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        factories.make_waiting(owner, id=f"tool_{number}", name=f"Tool {number}")
    client = program(moderator)
    with django_assert_max_num_queries(12):
        answer = client.get("/api/v1/queue/").json()
    assert answer["count"] == QueueEntry.objects.count() == 5
