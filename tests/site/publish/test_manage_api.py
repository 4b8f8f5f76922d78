"""The API for managing an extension and its maximum Blender versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from tests.site import factories

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
Program = Callable[[User], Client]
PATH = "/api/v1/extensions/gear_tool"


def post(client: Client, path: str, **body: str) -> tuple[int, dict[str, object]]:
    response = client.post(path, body, "application/json")
    return response.status_code, response.json()


def test_an_owner_manages_an_extension_over_the_api(
    approve: Approve, owner: User, program: Program
) -> None:
    approve(id="cog_tool", name="Cog Tool")
    approve()
    client = program(owner)

    assert post(client, f"{PATH}/unlist")[1]["unlisted"] is True
    assert post(client, f"{PATH}/unlist")[0] == 409
    assert post(client, f"{PATH}/list")[1]["unlisted"] is False
    status, data = post(client, f"{PATH}/deprecate", note="Merged", replacement="cog_tool")
    assert (status, data["replacement"], data["deprecation_note"]) == (200, "cog_tool", "Merged")
    shown = Client().get(f"{PATH}/").json()
    assert (shown["deprecated"], shown["replacement"]) == (True, "cog_tool")
    assert post(client, f"{PATH}/undeprecate")[1]["deprecated"] is False
    status, data = post(client, f"{PATH}/delete", reason="Moved")
    assert (status, data["status"], data["delete_at"] is not None) == (200, "approved", True)
    assert post(client, f"{PATH}/cancel-deletion")[1]["delete_at"] is None


def test_a_draft_is_deleted_over_the_api(owner: User, program: Program) -> None:
    factories.make_draft(owner)
    status, data = post(program(owner), f"{PATH}/delete")
    assert (status, data["status"], data["restorable_until"]) == (200, "deleted", None)
    assert not Extension.objects.exists()


def test_an_unpublished_extension_is_deleted_and_restored_over_the_api(
    owner: User, program: Program
) -> None:
    factories.make_waiting(owner)
    client = program(owner)
    status, data = post(client, f"{PATH}/delete")
    assert (status, data["status"], data["restorable_until"] is not None) == (200, "deleted", True)
    assert post(client, f"{PATH}/restore")[1]["status"] == "withdrawn"
    assert post(client, f"{PATH}/restore")[0] == 409


def test_a_hand_over_over_the_api(
    approve: Approve, owner: User, stranger: User, program: Program
) -> None:
    approve()
    giver, taker, other = program(owner), program(stranger), program(factories.make_user("bob"))
    status, offer = post(giver, f"{PATH}/offer", to="eve", text="Yours?")
    assert (status, offer["state"], offer["offered_to"]) == (201, "open", "eve")
    assert [one["id"] for one in taker.get("/api/v1/offers/").json()] == [offer["id"]]
    assert other.get("/api/v1/offers/").json() == []
    path = f"/api/v1/offers/{offer['id']}"
    assert post(other, f"{path}/accept")[0] == 404
    assert post(giver, f"{path}/accept")[0] == 403
    assert post(giver, f"{path}/withdraw")[1]["state"] == "withdrawn"
    assert post(taker, f"{path}/refuse")[0] == 409
    again = post(giver, f"{PATH}/offer", to="eve")[1]["id"]
    assert post(taker, f"/api/v1/offers/{again}/accept")[0] == 200
    assert Extension.objects.get().owner == stranger
    assert post(taker, "/api/v1/offers/99999999999999999999999/accept")[0] == 404


def test_a_maximum_is_set_suggested_and_answered_over_the_api(
    approve: Approve, owner: User, stranger: User, program: Program
) -> None:
    approve()
    path = f"{PATH}/versions/1.0.0/maximum"
    author, user = program(owner), program(stranger)

    assert post(author, path, maximum="5.1")[1]["blender_version_max"] == "5.1.0"
    assert post(user, path, maximum="5.0")[0] == 403
    status, data = post(user, f"{path}/suggestions/", maximum="5.0", reason="It crashes")
    assert (status, data["maximum"], data["by"]) == (201, "5.0.0", "eve")
    assert post(user, f"{path}/suggestions/", maximum="4.5", reason="It crashes")[0] == 409
    one = f"{path}/suggestions/{data['id']}"
    assert post(author, f"{one}/decline")[0] == 422
    assert post(author, f"{one}/accept", answer="Thanks")[1]["state"] == "accepted"
    [listed] = Client().get(f"{path}/suggestions/").json()
    assert (listed["decided_by"], listed["answer"]) == ("ada", "Thanks")
    assert author.delete(path).json()["blender_version_max"] is None
    again = post(user, f"{path}/suggestions/", maximum="4.5", reason="Look")[1]["id"]
    assert post(user, f"{path}/suggestions/{again}/take-back")[1]["state"] == "withdrawn"


def test_without_a_token_nothing_is_managed(approve: Approve) -> None:
    approve()
    for path in (f"{PATH}/unlist", f"{PATH}/delete", f"{PATH}/versions/1.0.0/maximum"):
        assert post(Client(), path, maximum="5.0")[0] == 401
    assert Extension.objects.get().delete_at is None
