"""The sitemap and robots.txt: what pages list, in files of bounded size."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.sharing import sitemap
from tests.site import factories

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    root = fromstring(response.content)
    return [str(one.text).removeprefix("http://testserver") for one in root.iter(f"{SPACE}loc")]


def test_public_pages_are_in_files_of_bounded_size(
    client: Client, approve: Approve, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "PAGE_SIZE", 2)
    for name in ("a", "b", "c"):
        approve(id=f"{name}_tool", name=f"{name} tool", tags=["Mesh"])
    factories.make_waiting(owner, id="late", name="Late")
    assert (
        f"Sitemap: http://testserver{'/sitemap.xml'}" in client.get("/robots.txt").content.decode()
    )
    files = addresses(client, "/sitemap.xml")
    assert files == [
        *("/sitemap-pages.xml", "/sitemap-extensions-1.xml", "/sitemap-extensions-2.xml"),
        "/sitemap-people-1.xml",
    ]
    found = [addresses(client, path) for path in files]
    assert [len(one) for one in found] == [2, 2, 1, 1]
    assert found[1:3] == [["/extensions/a_tool/", "/extensions/b_tool/"], ["/extensions/c_tool/"]]
    assert found[3] == ["/people/ada/"]
    for path in ("/sitemap-extensions-3.xml", "/sitemap-extensions-0.xml", "/sitemap-x.xml"):
        assert client.get(path).status_code == 404


def test_every_address_is_a_page(client: Client, approve: Approve) -> None:
    approve(tags=["Mesh"])
    for path in addresses(client, "/sitemap.xml"):
        found = addresses(client, path)
        assert found
        assert all(client.get(page).status_code == 200 for page in found)
