"""Following an extension on its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.catalog.subjects import extension_subject
from extery_site.notify import subscriptions
from extery_site.notify.actions import followers_of, notify
from extery_site.notify.models import FeedEntry
from tests.site import factories

PATH = "/extensions/gear_tool/"


def test_a_user_follows_and_unfollows_an_extension(
    approve: Callable[..., Version], signed_in: Callable[[User], Client], stranger: User
) -> None:
    approve()
    client = signed_in(stranger)
    assert 'value="follow"' in client.get(PATH).content.decode()
    response = client.post(f"{PATH}follow/", {"step": "follow"}, follow=True)
    assert "You follow it: you are notified" in response.content.decode()
    assert list(followers_of("extension gear_tool")) == [stranger]
    assert 'value="unfollow"' in client.get(PATH).content.decode()
    client.post(f"{PATH}follow/", {"step": "unfollow"})
    assert not followers_of("extension gear_tool")
    assert client.post(f"{PATH}follow/", {"step": "other"}).status_code == 404


def test_opening_the_page_marks_its_notifications_as_read(
    approve: Callable[..., Version],
    signed_in: Callable[[User], Client],
    stranger: User,
) -> None:
    extension = approve().extension
    notify("new_version", to=[stranger], subject=extension_subject(extension))
    client = signed_in(stranger)
    assert "bell-count" not in client.get(PATH).content.decode()
    assert not FeedEntry.objects.of_user(stranger).unread().exists()


def test_owners_and_visitors_have_no_button_to_follow(
    approve: Callable[..., Version], signed_in: Callable[[User], Client], owner: User
) -> None:
    approve()
    assert 'value="follow"' not in signed_in(owner).get(PATH).content.decode()
    page = Client().get(PATH)
    assert "Sign in to follow" in page.content.decode()
    assert not page.cookies
    response = Client().post(f"{PATH}follow/", {"step": "follow"})
    assert "/account/login/" in response["Location"]


def test_what_a_user_cannot_see_cannot_be_followed(
    signed_in: Callable[[User], Client], owner: User, stranger: User
) -> None:
    factories.make_waiting(owner)
    response = signed_in(stranger).post(f"{PATH}follow/", {"step": "follow"})
    assert response.status_code == 404
    assert not followers_of("extension gear_tool")


def test_the_limit_of_followed_things_is_a_message(
    approve: Callable[..., Version],
    signed_in: Callable[[User], Client],
    stranger: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    approve()
    monkeypatch.setattr(subscriptions, "MAX_SUBSCRIPTIONS", 0)
    response = signed_in(stranger).post(f"{PATH}follow/", {"step": "follow"}, follow=True)
    assert "which is the limit" in response.content.decode()
    assert not followers_of("extension gear_tool")
