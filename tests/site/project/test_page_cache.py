"""The start page from memory: whom it is kept for, what it depends on, and how long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.models import User
from extery_site.catalog.home_page import SHELVES
from extery_site.project.page_cache import PAGES
from extery_site.project.timed_cache import TimedCache

WINDOWS = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}


@pytest.fixture(autouse=True)
def _kept(db: None, settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE_SECONDS = 60
    yield
    PAGES.clear()
    SHELVES.clear()


def queries_of(client: Client, **headers: Any) -> int:
    """Return how many queries the start page needs."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/", headers=headers).status_code == 200
    return len(captured)


def test_the_second_visitor_gets_the_page_without_a_query(client: Client) -> None:
    assert queries_of(client) > 5
    assert queries_of(Client()) == 0
    first, second = client.get("/"), Client().get("/")
    assert second.content == first.content
    assert second["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in second["Vary"]
    assert second["Content-Length"] == str(len(second.content))


def test_a_page_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    etag = client.get("/")["ETag"]
    response = client.get("/", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response["Vary"] == client.get("/")["Vary"]
    assert client.get("/", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_what_a_page_shows_of_its_visitor_is_part_of_the_key(client: Client) -> None:
    plain = client.get("/").content
    dark = Client()
    dark.cookies["extery_theme"] = "dark"
    assert b'data-theme="dark"' in dark.get("/").content
    mine = Client()
    mine.cookies["extery_blender"] = "4.5:macos-arm64:1"
    assert b"<option selected>4.5</option>" in mine.get("/").content
    assert b'value="windows-x64" selected' in client.get("/", headers=WINDOWS).content
    assert client.get("/").content == plain
    hostile = Client()
    hostile.cookies["extery_blender"] = "<script>:x:1"
    assert hostile.get("/").content == plain


def test_pages_of_people_with_a_session_are_neither_kept_nor_answered_from_memory(
    client: Client, owner: User
) -> None:
    anonymous = client.get("/").content
    signed_in = Client()
    signed_in.force_login(owner)
    own = signed_in.get("/")
    assert b"Signed in as" in own.content
    assert own["Cache-Control"] == "private, no-cache"
    assert "ETag" not in own
    assert Client().get("/").content == anonymous


def test_a_message_is_shown_to_one_visitor(client: Client) -> None:
    client.get("/")
    told = Client()
    told.cookies["messages"] = "invalid"
    assert "ETag" not in told.get("/")
    assert queries_of(Client()) == 0


def test_other_addresses_methods_and_hosts_are_not_answered_from_memory(client: Client) -> None:
    client.get("/")
    assert "ETag" not in client.get("/?q=1")
    assert client.post("/").status_code == 405
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    head = client.head("/")
    assert (head.status_code, head.content) == (200, b"")


def test_an_old_value_is_made_again_by_one_and_given_to_others_meanwhile(settings: Any) -> None:
    now = [0.0]
    settings.PAGE_CACHE_SECONDS = 10
    cache: TimedCache[str] = TimedCache(2, clock=lambda: now[0])
    cache.store("a", "old")
    now[0] = 9
    assert cache.get("a") == "old"
    now[0] = 11
    assert cache.get("a") is None
    assert cache.get("a") == "old"
    cache.store("a", "new")
    assert cache.get("a") == "new"
    now[0] = 200
    assert cache.get("a") is None
    assert cache.get("a") is None


def test_the_value_that_was_not_used_for_longest_is_dropped() -> None:
    cache: TimedCache[int] = TimedCache(2)
    cache.store("a", 1)
    cache.store("b", 2)
    assert cache.get("a") == 1
    cache.store("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
