"""The page on which moderators suspend users, and what suspended users see."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from extery_site.accounts.models import User
from tests.site import factories
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]
ADDRESS = "/people/eve/suspension/"


def open_page(client: Client, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200, address
    page = Page(response.content.decode())
    assert mistakes(page) == []
    return page


def test_a_moderator_suspends_a_user_and_lifts_it(
    moderator: User, stranger: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    assert ADDRESS in open_page(client, "/people/eve/").links
    assert client.post(ADDRESS, {"days": "7", "reason": " "}).status_code == 422
    assert client.post(ADDRESS, {"days": "9", "reason": "Insults"}).status_code == 422
    client.post(ADDRESS, {"step": "suspend", "days": "1095", "reason": "Insults"})
    stranger.refresh_from_db()
    assert stranger.is_suspended
    again = client.post(ADDRESS, {"step": "suspend", "days": "7", "reason": "More"})
    assert again.status_code == 409
    assert "Insults" in open_page(client, ADDRESS).html
    assert "Suspended until" in open_page(client, "/people/eve/").html
    client.post(ADDRESS, {"step": "lift", "reason": "An apology"})
    stranger.refresh_from_db()
    assert not stranger.is_suspended
    assert "An apology" in open_page(client, ADDRESS).html


def test_a_suspended_user_reads_why_on_every_page(
    moderator: User, owner: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    signed_in(moderator).post(ADDRESS, {"days": "7", "reason": "Insults"})
    client = signed_in(stranger)
    assert "Your account is suspended until" in open_page(client, "/extensions/").html
    assert "Insults" in open_page(client, "/reports/mine/").html
    form = {"reason": "other", "text": "Hm"}
    response = client.post("/report/extension/gear_tool/", form)
    assert response.status_code == 403
    assert "Insults" in response.content.decode()
    assert "suspended" not in open_page(signed_in(owner), "/extensions/").html


def test_the_page_is_for_moderators_and_excludes_them(
    moderator: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_moderator("imani")
    assert signed_in(stranger).get(ADDRESS).status_code == 403
    client = signed_in(moderator)
    assert "Moderators cannot be suspended." in open_page(client, "/people/imani/suspension/").html
    assert "This is your own account." in open_page(client, "/people/mod/suspension/").html
    response = client.post("/people/imani/suspension/", {"days": "7", "reason": "x"})
    assert response.status_code == 403
    assert client.get("/people/nobody/suspension/").status_code == 404
