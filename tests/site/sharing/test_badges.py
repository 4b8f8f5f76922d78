"""Badges: true, escaped, conditional; and the page on which owners copy them."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.sharing.badges import KINDS, Badge, draw
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
SVG = "{http://www.w3.org/2000/svg}"


def says(client: Client, kind: str) -> str:
    response = client.get(f"/badges/gear_tool/{kind}.svg")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert "script-src" not in response["Content-Security-Policy"]
    return fromstring(response.content).findtext(f"{SVG}title", "")


def test_badges_say_what_is_true(client: Client, approve: Approve) -> None:
    approve(blender_version_min="4.2.0", blender_version_max="5.0.0")
    assert says(client, "version") == "extension: 1.0.0"
    assert says(client, "downloads") == "downloads: 0"
    assert says(client, "rating") == "rating: new"
    assert says(client, "blender") == "Blender: 4.2 to before 5.0"
    Extension.objects.update(rating_count=4, rating_score=4.6, download_count=12345)
    assert says(client, "rating") == "rating: new"
    Extension.objects.update(rating_count=5)
    assert says(client, "rating") == "rating: 4.6 of 5 (5)"
    assert says(client, "downloads") == "downloads: 12.3k"
    first = client.get("/badges/gear_tool/version.svg")
    again = client.get("/badges/gear_tool/version.svg", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert client.get("/badges/gear_tool/nothing.svg").status_code == 404


def test_what_is_not_public_has_no_badge(client: Client, db: None) -> None:
    response = client.get("/badges/nothing/version.svg")
    assert response.status_code == 404
    assert b"not found" in response.content


def test_texts_are_escaped_and_bounded() -> None:
    svg = draw(Badge('<script>"&', "\u202e</title><script>" + "x" * 1000))
    root = fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        *("svg", "title", "clipPath", "rect", "g", "text")
    }
    assert "x" * 50 not in svg
    assert "\u202e" not in svg


def test_owners_copy_markdown(
    approve: Approve, owner: User, stranger: User, signed_in: Callable[[User], Client]
) -> None:
    approve()
    page = signed_in(owner).get("/mine/gear_tool/badges/").content.decode()
    assert mistakes(Page(page)) == []
    url = "http://testserver/badges/gear_tool"
    to = "http://testserver/extensions/gear_tool/"
    assert f"[![extension: 1.0.0]({url}/version.svg)]({to})" in page
    assert all(f'src="/badges/gear_tool/{kind}.svg"' in page for kind in KINDS)
    assert signed_in(stranger).get("/mine/gear_tool/badges/").status_code == 404
