"""The search in the API."""

from __future__ import annotations

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.search.word_counts import count_new
from tests.site.search.content import fill

pytestmark = pytest.mark.django_db


def test_a_search_has_results_with_reasons(owner: User, client: Client) -> None:
    fill(owner)
    count_new()

    found = client.get("/api/v1/search/", {"q": "import psk"}).json()
    assert (found["count"], found["pages"], found["corrected"]) == (1, 1, "")
    [one] = found["results"]
    assert (one["id"], one["type"], one["owner"], one["downloads"]) == (
        "psk",
        "add-on",
        "ada",
        1000,
    )
    assert one["url"].endswith("/extensions/psk/")
    assert one["reason"] == {"place": "Format", "text": "imports .psk"}

    assert client.get("/api/v1/search/", {"q": "lihgt"}).json()["corrected"] == "light"
    assert client.get("/api/v1/search/", {"q": "lihgt", "exact": "1"}).json()["count"] == 0
    assert client.get("/api/v1/search/", {"page": 9}).json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("sort=sideways", "sort", "There is no order “sideways”"),
        ("permission=none-sleep", "permission", "There is no permission “none-sleep”"),
        ("blender=soon", "blender", "Enter a Blender version such as 4.2"),
        ("licencing=MIT", "licencing", "there is no filter 'licencing'"),
    ],
)
def test_an_unknown_filter_or_value_is_an_error(
    client: Client, db: None, query: str, field: str, message: str
) -> None:
    response = client.get(f"/api/v1/search/?{query}")

    assert response.status_code == 400
    [problem] = response.json()["problems"]
    assert (problem["code"], problem["field"]) == ("request.bad-value", field)
    assert message in problem["message"]
