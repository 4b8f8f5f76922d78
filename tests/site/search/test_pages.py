"""The page of a search: filters, reasons, and what an empty result offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.search_documents import index_outdated
from extery_site.catalog.search_reasons import add_reasons
from tests.site.pages.html import open_page
from tests.site.search.content import add, fill, ids

pytestmark = pytest.mark.django_db


def reason(id_: str, text: str) -> str:
    """Return why a search finds an extension."""
    extension = Extension.objects.select_related("owner").get(extension_id=id_)
    add_reasons([extension], text)
    found: Any = extension.search_reason  # type: ignore[attr-defined]
    return f"{found.label}: {found.text}" if found else ""


@pytest.mark.parametrize(
    ("id_", "text", "line"),
    [
        ("folder_door", "folderdoor", ""),
        ("batch_names", "renaming", ""),
        ("light_rig", "bulb rig", "Tag: <mark>Bulbs</mark>"),
        ("HTMLReader", "html page", "Text: Reads <mark>pages</mark> of the web."),
        ("psk", "bone", "Does: <mark>bones</mark>"),
        ("psk", "psk import", "Format: imports <mark>.psk</mark>"),
        ("psk", "shift+ctrl+q", "Shortcut: <mark>Ctrl Shift Q</mark>"),
    ],
)
def test_a_line_says_why_it_was_found(owner: User, id_: str, text: str, line: str) -> None:
    fill(owner)

    assert id_ in ids(text)
    assert reason(id_, text) == line


def test_a_reason_is_escaped_and_short(owner: User) -> None:
    text = "word " * 200 + "<script>alert(1)</script> bolts & <b>nuts</b> " + "more " * 200
    add(owner, "evil", "Evil", description=text)
    index_outdated()

    line = reason("evil", "bolts")
    assert line.startswith("Text: … word")
    assert "alert(1) <mark>bolts</mark> &amp; nuts" in line
    assert "<script" not in line
    assert len(line) < 250


@pytest.mark.parametrize(
    ("description", "line"),
    [
        ("[" * 5000 + " bolts", "<mark>bolts</mark>"),
        ("![a [bolt](x)](y) **bolts**", "Text: ![a <mark>bolt</mark>](y) <mark>bolts</mark>"),
        ("word " * 4000 + "bolts", ""),  # beyond what is searched for a reason
    ],
    ids=["brackets", "nested", "long"],
)
def test_a_reason_of_a_hostile_description_is_found_in_linear_time(
    owner: User, description: str, line: str
) -> None:
    add(owner, "evil", "Evil", description=description[:20_000])
    index_outdated()

    assert reason("evil", "bolts").endswith(line)
    assert bool(reason("evil", "bolts")) == bool(line)


def test_filters_of_permission_and_licence(client: Client, approve: Callable[..., Version]) -> None:
    reasons = {"files": 'Reads "network": files'}
    approve(id="off", name="Offline", permissions=reasons, license=["SPDX:MIT"])
    approve(id="on", name="Online", permissions={"network": "Loads"})
    approve(id="pure", name="Pure")

    def found(query: str) -> set[str]:
        response = client.get(f"/extensions/?{query}")
        assert response.status_code == 200
        return {one.extension_id for one in response.context["extensions"]}

    assert found("permission=none-network") == {"off", "pure"}
    assert found("permission=none-files") == {"on", "pure"}
    assert found("permission=none") == {"pure"}
    assert found("licence=MIT") == {"off"}
    assert "Works offline" in client.get("/extensions/?permission=none-network").content.decode()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("type=foo", "There is no type “foo”."),
        ("sort=sideways", "There is no order “sideways”."),
        ("permission=none-sleep", "There is no permission “none-sleep”."),
        ("licence=%3Cb%3E", "There is no licence “&lt;b&gt;”."),
    ],
)
def test_an_unknown_value_is_named(client: Client, db: None, query: str, message: str) -> None:
    response = client.get(f"/extensions/?{query}")

    assert response.status_code == 400
    assert message in response.content.decode()
    assert "Unknown values were left out of this search." in response.content.decode()


def test_an_empty_result_helps(owner: User, client: Client) -> None:
    fill(owner)

    page = open_page(client, "/extensions/?q=light+unicorn")
    assert "Nothing for “light unicorn” yet" in page.html
    assert "Close to it" in page.html
    assert "Light Rig" in page.html
    assert "/tags/lighting/" in page.links

    page = open_page(client, "/extensions/?q=folder&type=theme")
    assert "Search without filters: 1 result" in page.html
    assert "/extensions/?q=folder" in page.links


def test_the_number_of_queries_is_fixed(
    owner: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    fill(owner)
    for number in range(30):
        add(owner, f"x{number}", f"X {number}", tagline="With rivets", does=["rivets"])
    index_outdated()
    client.get("/extensions/?q=rivet")

    with django_assert_max_num_queries(9):
        assert client.get("/extensions/?q=rivet").status_code == 200
