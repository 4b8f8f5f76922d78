"""Editor's picks: who chooses them, what can be chosen, and what is recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery.core.errors import InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import EditorsPick, Version
from extery_site.catalog.picks import pick_extension, remove_pick
from tests.site import factories
from tests.site.pages.html import mistakes, open_page

SignIn = Callable[[User], Client]


@pytest.fixture
def public(approve: Callable[..., Version]) -> Version:
    return approve()


def test_a_moderator_picks_an_extension_on_the_page_and_removes_it(
    public: Version, moderator: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    assert mistakes(open_page(client, "/picks/?extension=gear_tool")) == []
    fields = {"extension": "GEAR_tool", "text": "Gears in a minute."}
    assert client.post("/picks/", fields)["Location"] == "/picks/"
    page = open_page(client, "/picks/")
    assert mistakes(page) == []
    assert "“Gears in a minute.”" in page.html
    pick = EditorsPick.objects.get()
    client.post("/picks/", {"extension": "gear_tool", "text": "Gears in a second."})
    assert EditorsPick.objects.get().text == "Gears in a second."
    assert client.post(f"/picks/{pick.pk}/remove/")["Location"] == "/picks/"
    assert client.post(f"/picks/{pick.pk}/remove/").status_code == 404
    rows = AuditEntry.objects.filter(action__startswith="pick.").order_by("pk")
    assert [(row.action, row.text, row.extension_key) for row in rows] == [
        ("pick.added", "Gears in a minute.", "gear_tool"),
        ("pick.added", "Gears in a second.", "gear_tool"),
        ("pick.removed", "Gears in a second.", "gear_tool"),
    ]


def test_others_read_the_picks_and_cannot_choose(
    public: Version, moderator: User, stranger: User, signed_in: SignIn, client: Client
) -> None:
    pick = pick_extension(extension_id="gear_tool", by=moderator, text="For beginners.")
    page = open_page(client, "/picks/")
    assert "For beginners." in page.html
    assert "Pick an extension" not in page.html
    other = signed_in(stranger)
    assert other.post("/picks/", {"extension": "gear_tool", "text": "Mine"}).status_code == 403
    assert other.post(f"/picks/{pick.pk}/remove/").status_code == 403
    with pytest.raises(Refused):
        remove_pick(pick=pick, by=stranger)
    assert EditorsPick.objects.get().text == "For beginners."


def test_only_public_extensions_with_a_reason_are_picked(
    owner: User, moderator: User, public: Version, signed_in: SignIn
) -> None:
    factories.make_waiting(owner, id="waiting", name="Waiting")
    refused = {
        "waiting": "pick.not-public",
        "nothing": "pick.not-public",
        "x\0y": "request.bad-value",
        "x" * 101: "request.too-large",
    }
    for extension_id, code in refused.items():
        with pytest.raises(InvalidInput) as caught:
            pick_extension(extension_id=extension_id, by=moderator, text="Good")
        assert caught.value.code == code
    with pytest.raises(InvalidInput) as caught:
        pick_extension(extension_id="gear_tool", by=moderator, text="  ")
    assert caught.value.code == "pick.text-missing"
    response = signed_in(moderator).post("/picks/", {"extension": "waiting", "text": "Good"})
    assert response.status_code == 422
    assert "no public extension" in response.content.decode()


def test_a_pick_that_is_gone_cannot_be_removed(public: Version, moderator: User) -> None:
    pick = pick_extension(extension_id="gear_tool", by=moderator, text="Good")
    stale = EditorsPick.objects.get(pk=pick.pk)
    remove_pick(pick=pick, by=moderator)
    with pytest.raises(NotFound):
        remove_pick(pick=stale, by=moderator)
