"""Atom feeds: valid, about the right extensions, conditional, and safe with hostile names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.publish import visibility
from tests.site import factories

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<b>&\"'\u202e]]><script>\x0b\ufffe name"


def feed(client: Client, path: str) -> Element:
    """Return a feed after checking what RFC 4287 requires of it."""
    response = client.get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies
    root = fromstring(response.content)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [found] = element.findall(f"{ATOM}{name}")
            assert found.text
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated", "")).tzinfo
        assert element.findtext(f"{ATOM}id", "").startswith("http://testserver/")
        links = [link.get("rel") for link in element.findall(f"{ATOM}link")]
        assert links.count("alternate") == 1
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")].count("self") == 1
    entries = root.findall(f"{ATOM}entry")
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in entries)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    return root


def titles(root: Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title", "") for entry in root.findall(f"{ATOM}entry")]


def test_each_feed_has_its_own(
    client: Client, approve: Approve, owner: User, moderator: User
) -> None:
    approve(tags=["Mesh"], name="Gear Tool", tagline="Makes gears")
    approve(version="1.1.0", tags=["Mesh"])
    approve(id="night", name="Night", type="theme", tags=["Dark"])
    hidden = approve(id="hidden", name="Hidden", tags=["Mesh"]).extension
    visibility.unlist(extension=hidden, by=owner, reason="")
    factories.make_waiting(owner, id="late", name="Late")
    factories.make_blocked(owner, moderator, id="bad", name="Bad")
    versions = ["Night 1.0.0", "Gear Tool 1.1.0", "Gear Tool 1.0.0"]
    expected = {
        "/feeds/newest.atom": ["Night", "Gear Tool"],
        "/feeds/updated.atom": versions,
        "/feeds/types/add-ons.atom": ["Gear Tool"],
        "/feeds/types/themes.atom": ["Night"],
        "/feeds/tags/mesh.atom": ["Gear Tool"],
        "/feeds/people/ADA.atom": versions,
        "/feeds/extensions/gear_tool.atom": ["Gear Tool 1.1.0", "Gear Tool 1.0.0"],
        "/feeds/extensions/hidden.atom": ["Hidden 1.0.0"],
        "/feeds/search.atom?q=gear+tool": ["Gear Tool"],
        "/feeds/search.atom?type=theme&page=9&sort=x": ["Night"],
        "/feeds/search.atom?q=%3C%26%22%E2%80%AE": [],
    }
    assert {path: titles(feed(client, path)) for path in expected} == expected
    for path in (
        *("/feeds/types/nothing.atom", "/feeds/tags/nothing.atom", "/feeds/people/nobody.atom"),
        *("/feeds/extensions/late.atom", "/feeds/extensions/bad.atom"),
    ):
        assert client.get(path).status_code == 404, path


def test_hostile_names_stay_text(client: Client, approve: Approve, owner: User) -> None:
    version = approve(tags=["Mesh"])
    Version.objects.update(release_notes=f"{HOSTILE} [x](javascript:alert(1))")
    Extension.objects.update(name=HOSTILE, tagline=HOSTILE)
    User.objects.filter(pk=owner.pk).update(full_name=HOSTILE)
    for path in ("/feeds/newest.atom", "/feeds/updated.atom", "/feeds/people/ada.atom"):
        root = feed(client, path)
        assert titles(root)[0].startswith("<b>&\"'[U+202E]]]><script>")
        [summary] = root.iter(f"{ATOM}summary")
        assert "<script" not in (summary.text or "")
        assert "javascript:" not in (summary.text or "").partition("href")[2]
    assert version.number in titles(feed(client, "/feeds/updated.atom"))[0]


def test_a_feed_that_did_not_change_is_not_sent_again(client: Client, approve: Approve) -> None:
    approve()
    first = client.get("/feeds/newest.atom")
    for headers in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get("/feeds/newest.atom", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
    approve(id="cog_tool", name="Cog Tool")
    changed = client.get("/feeds/newest.atom", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("path", "feeds"),
    [
        ("/", ["/feeds/newest.atom", "/feeds/updated.atom"]),
        ("/extensions/", ["/feeds/newest.atom", "/feeds/updated.atom"]),
        ("/add-ons/", ["/feeds/types/add-ons.atom"]),
        ("/tags/mesh/", ["/feeds/tags/mesh.atom"]),
        ("/people/ada/", ["/feeds/people/ada.atom"]),
        ("/extensions/gear_tool/", ["/feeds/extensions/gear_tool.atom"]),
        ("/extensions/?q=a%26b&page=2&sort=name", ["/feeds/search.atom?q=a%26b"]),
        ("/account/login/", []),
    ],
)
def test_pages_lead_to_their_feeds(
    client: Client, approve: Approve, path: str, feeds: list[str]
) -> None:
    approve(tags=["Mesh"])
    page = client.get(path).content.decode()
    found = [
        line.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        for line in page.split("<link ")
        if line.startswith('rel="alternate"')
    ]
    assert found == feeds
    for feed_path in feeds:
        feed(client, feed_path)


def test_an_empty_feed_is_valid_and_the_same_each_time(client: Client, db: Any) -> None:
    assert titles(feed(client, "/feeds/newest.atom")) == []
    assert client.get("/feeds/newest.atom")["ETag"] == client.get("/feeds/newest.atom")["ETag"]
