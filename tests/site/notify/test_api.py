"""The API of notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.notify.actions import Subject, notify
from extery_site.notify.models import FeedEntry

pytestmark = pytest.mark.django_db
READ = "/api/v1/notifications/read"


def subject(number: int) -> Subject:
    return Subject(f"review gear {number}", f"Gear {number}", f"/queue/gear/{number}/")


def test_the_feed_has_a_row_for_each_subject(
    program: Callable[[User], Client], owner: User, moderator: User
) -> None:
    notify("changes_requested", to=[owner], subject=subject(1), by=moderator, text="Add one.")
    notify("review_comment", to=[owner], subject=subject(1), by=moderator)
    notify("draft_expired", to=[owner], subject=subject(2))
    document = program(owner).get("/api/v1/notifications/").json()
    assert (document["unread"], document["asked"], document["pages"]) == (2, 1, 1)
    newest, other = document["results"]
    assert newest["notifications"][0]["by"] is None
    assert (other["title"], other["is_unread"], other["asks"]) == ("Gear 1", True, True)
    comment, request = other["notifications"]
    assert comment["headline"] == "mod commented on Gear 1"
    assert (request["kind"], request["by"], request["text"]) == (
        "changes_requested",
        "mod",
        "Add one.",
    )
    assert request["url"] == "http://testserver/queue/gear/1/"


def test_lists_and_pages_are_checked(
    program: Callable[[User], Client], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extery_site.notify import feed

    monkeypatch.setattr(feed, "PAGE_SIZE", 2)
    for number in range(3):
        notify("review_comment", to=[owner], subject=subject(number))
    client = program(owner)

    def titles(query: str) -> list[str]:
        results = client.get(f"/api/v1/notifications/?{query}").json()["results"]
        return [row["title"] for row in results]

    assert titles("") == ["Gear 2", "Gear 1"]
    assert titles("page=2") == ["Gear 0"]
    assert titles("page=3") == titles("show=asked") == []
    for query in ("show=moderation", "show=x", "page=0", "page=99999999999999999999", "page=x"):
        assert client.get(f"/api/v1/notifications/?{query}").status_code == 400, query


def test_notifications_are_marked_as_read(
    program: Callable[[User], Client], owner: User, stranger: User
) -> None:
    for number in range(2):
        notify("review_comment", to=[owner], subject=subject(number))
    first, second = FeedEntry.objects.order_by("pk")
    client, other = program(owner), program(stranger)

    def post(client: Client, path: str, body: dict[str, Any]) -> Any:
        return client.post(path, body, content_type="application/json")

    newest = second.notifications.get().pk
    assert post(other, READ, {"up_to": newest}).status_code == 404
    assert post(other, f"/api/v1/notifications/{first.pk}/read", {}).status_code == 404
    assert post(client, f"/api/v1/notifications/{first.pk}/read", {}).json() == {"marked": 1}
    assert post(client, READ, {"up_to": newest}).json() == {"marked": 1}
    assert post(client, READ, {"up_to": newest}).json() == {"marked": 0}
    assert not FeedEntry.objects.unread().exists()
    assert post(client, READ, {"up_to": 10**30}).status_code in {400, 404}


def test_the_api_needs_a_user() -> None:
    assert Client().get("/api/v1/notifications/").status_code == 401
    assert Client().post(READ, {}, content_type="application/json").status_code == 401
