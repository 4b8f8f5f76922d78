"""Searches that users follow, and what the page of a search shows beside its results."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog import followed_searches
from extery_site.catalog.followed_searches import form_of, notify_followers, subject_of
from extery_site.catalog.models import FollowedSearchCheck
from extery_site.catalog.search_documents import index_outdated
from extery_site.notify.models import Notification, Subscription
from tests.site import factories
from tests.site.pages.html import open_page
from tests.site.search.content import add, fill


@pytest.fixture
def user(db: None) -> User:
    """Someone who looks for extensions."""
    return factories.make_user("reader")


def follow(user: User, query: str) -> None:
    subject = subject_of(form_of(query))
    assert subject is not None
    followed_searches.follow(user, subject)


def test_one_is_told_of_new_extensions_that_match_once(owner: User, user: User) -> None:
    fill(owner)
    follow(user, "q=rename")
    follow(user, "q=dusk&type=theme")
    follow(owner, "q=nothing+like+it")
    assert notify_followers() == 0  # from now on
    Subscription.objects.update(created_at=timezone.now() - timedelta(days=2))

    FollowedSearchCheck.objects.update(until=timezone.now() - timedelta(days=1))
    new = timezone.now() - timedelta(hours=1)
    add(owner, "a", "Batch Renamer", tagline="Rename bones", approved_at=new)
    add(owner, "b", "Old Renamer", tagline="Rename", approved_at=new - timedelta(days=9))
    index_outdated()

    assert notify_followers() == 1
    [notification] = Notification.objects.filter(kind="search_match")
    assert notification.entry.user == user
    assert notification.text == "Batch Renamer"
    assert notification.entry.title == "“rename”"
    assert notification.url == "/extensions/?q=rename&sort=newest"
    assert notify_followers() == 0


def test_who_follows_it_later_is_not_told_of_what_was_there(owner: User, user: User) -> None:
    FollowedSearchCheck.objects.create(pk=1, until=timezone.now() - timedelta(days=1))
    add(owner, "a", "Renamer", approved_at=timezone.now() - timedelta(hours=1))
    index_outdated()
    follow(user, "q=renamer")

    notify_followers()

    assert not Notification.objects.filter(kind="search_match").exists()


def test_equal_searches_are_one_and_their_number_is_limited(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed_searches, "MAX_SEARCHES", 2)
    for query in ("q=a&blender=5.0", "blender=5.0&q=a&sort=newest&page=3", "q=b"):
        follow(user, query)
    assert Subscription.objects.count() == 2

    with pytest.raises(Conflict, match="follows 2 searches"):
        follow(user, "q=c")
    for query in (
        "",
        "sort=newest",
        "type=theme",
        "type=unknown",
        "tag=unknown&q=a",
        f"q={'é' * 200}",
    ):
        assert subject_of(form_of(query)) is None, query


def test_a_search_is_followed_and_unfollowed_on_its_page(
    owner: User, user: User, client: Client
) -> None:
    fill(owner)
    address = "/add-ons/?q=folder"
    assert "Sign in to be told of new matches" in open_page(client, address).html
    client.force_login(user)
    assert "Tell me when something new matches" in open_page(client, address).html

    answer = client.post("/search/follow", {"query": "q=folder&type=add-on", "step": "follow"})

    assert answer.status_code == 302
    assert answer["Location"] == "/extensions/?q=folder&type=add-on"
    assert "Following this search" in open_page(client, address).html
    client.post("/search/follow", {"query": "type=add-on&q=folder", "step": "unfollow"})
    assert not Subscription.objects.exists()
    for data in ({"query": "q=a", "step": "x"}, {"query": "type=nothing", "step": "follow"}, {}):
        assert client.post("/search/follow", data).status_code == 404
    # The empty page offers it too.
    assert "Tell me when something new matches" in open_page(client, "/extensions/?q=qqqq").html


def test_the_end_of_the_results_says_what_filters_hide(owner: User, client: Client) -> None:
    fill(owner)
    add(owner, "t", "Folder Theme", type="theme")
    index_outdated()

    page = open_page(client, "/themes/?q=folder")

    [line] = page.classed("search-more")
    assert line.words == "1 more would match without your filters: show it too"
    assert "/extensions/?q=folder" in page.links
    assert "would match" not in open_page(client, "/extensions/?q=folder").html


def test_results_are_cards_or_rows(owner: User, client: Client) -> None:
    fill(owner)

    cards = open_page(client, "/extensions/?q=folder")
    rows = open_page(client, "/extensions/?q=folder&view=rows")

    assert "?q=folder&view=rows" in cards.links
    assert "grid-rows" not in cards.html
    assert "grid-rows" in rows.html
