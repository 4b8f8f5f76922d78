"""The feed, the badge in the header, and the settings of notifications."""

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
from extery_site.notify import actions
from extery_site.notify.actions import Subject, notify
from extery_site.notify.kinds import KINDS, kinds_for
from extery_site.notify.models import FeedEntry, MailSettings, Notification, Preference
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db


def review(number: int) -> Subject:
    return Subject(f"review gear_{number} 1.0.0", f"Gear {number} 1.0.0", f"/queue/gear_{number}/")


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def rows(html: str) -> list[str]:
    titles = html.split('<h3 class="feed-title"><a href="')[1:]
    return [title.split(">", 1)[1].split("<", 1)[0] for title in titles]


def test_the_feed_is_grouped_by_day_and_subject(
    signed_in: Callable[[User], Client], owner: User, moderator: User
) -> None:
    client = signed_in(owner)
    assert "No notifications yet" in text_of(client.get("/notifications/"))
    for number in (1, 2, 1):
        notify("review_comment", to=[owner], subject=review(number), by=moderator, text="Hm <b>.")
    notify("changes_requested", to=[owner], subject=review(3), by=moderator, text="Add one.")
    old = FeedEntry.objects.get(key=review(2).key)
    long_ago = timezone.now() - timedelta(days=400)
    FeedEntry.objects.filter(pk=old.pk).update(last_at=long_ago)
    old.notifications.update(created_at=long_ago)

    html = text_of(client.get("/notifications/"))

    assert rows(html) == [
        "Gear 3 1.0.0: changes requested",
        "mod commented on Gear 1 1.0.0",
        "mod commented on Gear 2 1.0.0",
    ]
    assert html.count("1 earlier") == 1
    assert ">Today<" in html
    assert f">{long_ago.day} {long_ago:%B} {long_ago.year}<" in html
    assert "Hm &lt;b&gt;." in html
    assert "mod: “Add one.”" in html
    assert not mistakes(Page(html))


def test_opening_a_row_marks_it_as_read_and_goes_to_its_page(
    signed_in: Callable[[User], Client], owner: User, stranger: User
) -> None:
    notify("version_approved", to=[owner], subject=review(1), url="/queue/gear_1/1.0.0/")
    entry = FeedEntry.objects.get()
    path = f"/notifications/{entry.pk}/"
    assert signed_in(stranger).get(path).status_code == 404
    assert "/account/login/" in Client().get(path)["Location"]
    client = signed_in(owner)
    assert '>1<span class="unseen"> unread' in text_of(client.get("/about/use-in-blender/"))
    assert client.get(path)["Location"] == "/queue/gear_1/1.0.0/"
    assert "bell-count" not in text_of(client.get("/about/use-in-blender/"))


def test_mark_all_as_read_acts_on_what_the_page_showed_and_offers_undo(
    signed_in: Callable[[User], Client], owner: User
) -> None:
    client = signed_in(owner)
    notify("version_approved", to=[owner], subject=review(1))
    newest = Notification.objects.get().pk
    assert f'name="up_to" value="{newest}"' in text_of(client.get("/notifications/"))
    notify("version_approved", to=[owner], subject=review(2))

    response = client.post("/notifications/read/", {"up_to": newest, "show": "unread"})
    assert response["Location"] == f"/notifications/?marked={newest}&show=unread"
    html = text_of(client.get(response["Location"]))
    assert rows(html) == ["Gear 2 1.0.0 is approved"]
    assert "All notifications are marked as read." in html
    client.post("/notifications/undo/", {"up_to": newest})
    assert FeedEntry.objects.unread().count() == 2


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30, "٣", "1.5", "0"])
def test_a_malformed_number_marks_nothing(
    signed_in: Callable[[User], Client], owner: User, value: str
) -> None:
    notify("version_approved", to=[owner], subject=review(1))
    client = signed_in(owner)
    for path in ("/notifications/read/", "/notifications/undo/"):
        assert client.post(path, {"up_to": value}).status_code == 302
    assert client.get("/notifications/", {"marked": value}).status_code == 200
    assert client.post("/notifications/read/", {"up_to": "99999"}).status_code == 404
    assert FeedEntry.objects.unread().count() == 1


def test_tabs_select_rows_and_that_of_moderators_is_theirs(
    signed_in: Callable[[User], Client], owner: User, moderator: User
) -> None:
    notify("changes_requested", to=[owner, moderator], subject=review(1))
    notify("new_version", to=[owner, moderator], subject=review(2))
    notify("submitted", to=[moderator], subject=review(3))
    client = signed_in(owner)
    shown = {
        name: rows(text_of(client.get(f"/notifications/?show={name}")))
        for name in ("asked", "mine", "followed", "unread")
    }
    assert shown["asked"] == shown["mine"] == ["Gear 1 1.0.0: changes requested"]
    assert shown["followed"] == ["Gear 2 1.0.0 is out"]
    assert len(shown["unread"]) == 2
    assert client.get("/notifications/?show=moderation").status_code == 404
    of_moderator = signed_in(moderator).get("/notifications/?show=moderation")
    assert rows(text_of(of_moderator)) == ["Gear 3 1.0.0 was submitted for review"]


def test_a_row_can_be_marked_as_read_and_muted(
    signed_in: Callable[[User], Client], owner: User, stranger: User
) -> None:
    notify("review_comment", to=[owner], subject=review(1))
    notify("review_comment", to=[owner], subject=review(2))
    first, second = FeedEntry.objects.order_by("pk")
    for path in ("read", "mute"):
        denied = signed_in(stranger).post(f"/notifications/{first.pk}/{path}/")
        assert denied.status_code == 404
    client = signed_in(owner)
    assert client.get(f"/notifications/{first.pk}/mute/").status_code == 405
    response = client.post(f"/notifications/{first.pk}/read/", {"show": "unread", "page": "2"})
    assert response["Location"] == "/notifications/?show=unread&page=2"
    client.post(f"/notifications/{second.pk}/mute/")
    assert not FeedEntry.objects.unread().exists()
    assert actions.is_muted(owner, review(2).key)
    html = text_of(client.get("/account/notifications/"))
    assert 'Unmute<span class="unseen"> Gear 2 1.0.0' in html
    subscription = owner.subscriptions.get()
    end = f"/account/notifications/{subscription.pk}/end/"
    assert signed_in(stranger).post(end).status_code == 404
    client.post(end)
    assert not actions.is_muted(owner, review(2).key)


def test_the_settings_are_saved_and_reset(
    signed_in: Callable[[User], Client], owner: User, settings: Any
) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    client = signed_in(owner)
    page = text_of(client.get("/account/notifications/"))
    for kind in kinds_for(staff=False):
        boxes = page.count(f'name="{kind.name}.')
        assert boxes == (0 if kind.required else 3), kind.name
    assert 'name="submitted.' not in page
    assert not mistakes(Page(page))

    client.post(
        "/account/notifications/",
        {"changes_requested.daily": "on", "extension_blocked.daily": "on", "daily_hour": "9"},
    )
    stored = Preference.objects.get(user=owner, kind="changes_requested")
    assert (stored.on_site, stored.at_once, stored.daily) == (False, False, True)
    assert not Preference.objects.filter(kind="extension_blocked").exists()
    # What only moderators receive is not changed by a form that does not show it.
    assert not Preference.objects.filter(kind="submitted").exists()
    assert MailSettings.objects.get(user=owner).daily_hour == 9

    client.post("/account/notifications/", {"paused": "on", "daily_hour": "9"})
    assert "E-mail is paused since" in text_of(client.get("/account/notifications/"))
    client.post("/account/notifications/", {"step": "reset"})
    assert not Preference.objects.exists()
    assert client.post("/account/notifications/", {"daily_hour": "24"}).status_code == 422


def test_the_settings_say_why_there_is_no_mail(
    signed_in: Callable[[User], Client], owner: User, settings: Any
) -> None:
    client = signed_in(owner)
    assert "EXTERY_SITE_URL" in text_of(client.get("/account/notifications/"))
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    User.objects.filter(pk=owner.pk).update(email="", email_key=None)
    assert "no confirmed e-mail address" in text_of(client.get("/account/notifications/"))


def test_anonymous_pages_need_no_query_for_the_bell(
    approve: Callable[..., Any], signed_in: Callable[[User], Client], owner: User
) -> None:
    approve()
    client = Client()
    response = client.get("/about/use-in-blender/")
    assert 'class="button button-quiet button-icon bell"' not in text_of(response)
    assert not response.cookies
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/add-ons/")
    assert not [query for query in queries if "notify_" in query["sql"]]
    with CaptureQueriesContext(connection) as queries:
        signed_in(owner).get("/add-ons/")
    assert len([query for query in queries if "notify_" in query["sql"]]) == 1


def test_the_feed_needs_a_fixed_number_of_queries(
    signed_in: Callable[[User], Client], owner: User, moderator: User
) -> None:
    client = signed_in(owner)
    notify("review_comment", to=[owner], subject=review(0), by=moderator)
    with CaptureQueriesContext(connection) as few:
        client.get("/notifications/")
    for number in range(60):
        notify("review_comment", to=[owner], subject=review(number), by=moderator)
        notify("review_comment", to=[owner], subject=review(number % 3), by=moderator)
    with CaptureQueriesContext(connection) as many:
        html = text_of(client.get("/notifications/"))
    assert len(rows(html)) == 20
    assert len(many) == len(few) <= 10
    assert "5 or more earlier" in html


def test_unread_rows_are_counted_up_to_a_hundred(
    signed_in: Callable[[User], Client], owner: User
) -> None:
    FeedEntry.objects.bulk_create(
        FeedEntry(
            user=owner, key=f"x {n}", title="X", url="/", last_at=timezone.now(), is_unread=True
        )
        for n in range(120)
    )
    assert '>99+<span class="unseen"> unread' in text_of(
        signed_in(owner).get("/about/use-in-blender/")
    )


def test_every_kind_has_an_icon_that_exists() -> None:
    from pathlib import Path

    import extery_site

    icons = Path(extery_site.__file__).parent / "ui" / "static" / "icons" / "icons.svg"
    text = icons.read_text(encoding="utf-8")
    for kind in KINDS.values():
        assert f'id="{kind.icon}"' in text
