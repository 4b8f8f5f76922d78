"""Suggestions while typing, as JSON."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from tests.site.search.content import fill

pytestmark = pytest.mark.django_db


def suggested(client: Client, text: str) -> dict[str, Any]:
    response = client.get("/search/suggest", {"q": text})
    assert response.status_code == 200
    assert "max-age=300" in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
    return dict(response.json())


@pytest.mark.parametrize(
    ("text", "ids", "does"),
    [
        ("fo", ["folder_door"], []),
        ("folderd", ["folder_door"], []),
        ("l", [], []),
        ("", [], []),
        ("bon", ["psk"], ["bones"]),
        ("import p", [], ["import psk"]),
        ("shift ctrl q", ["psk"], ["ctrl shift q"]),
        ("rainb", ["colours"], []),
        ('"*(', [], []),
    ],
)
def test_extensions_and_what_they_do_are_suggested(
    owner: User, client: Client, text: str, ids: list[str], does: list[str]
) -> None:
    fill(owner)

    found = suggested(client, text)

    assert [one["id"] for one in found["extensions"]] == ids
    assert [one["text"] for one in found["does"]] == does


def test_a_suggestion_has_what_the_list_shows(owner: User, client: Client) -> None:
    fill(owner)
    [one] = suggested(client, "light r")["extensions"]

    assert one == {
        "id": "light_rig",
        "name": "Light Rig",
        "tagline": "Nothing",
        "type": "Add-on",
        "url": "/extensions/light_rig/",
    }
    assert suggested(client, "light r")["url"] == "/extensions/?q=light+r"
    Extension.objects.update(unlisted_at="2026-01-01T00:00Z")
    assert suggested(client, "bones")["does"] == []


def test_suggestions_need_few_queries(
    owner: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    fill(owner)

    with django_assert_max_num_queries(8):
        suggested(client, "folder")
