"""The extension page and the API show what a version does, to those who may see the version."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.scanning.steps.inventory import INVENTORY
from extery_site.scanning.tasks import check_now
from tests.site import factories
from tests.site.scanning.inventory_code import CODE

pytestmark = pytest.mark.django_db

PAGE = "/extensions/gear_tool/"
API = "/api/v1/extensions/gear_tool/versions/1.0.0/inventory"


@pytest.fixture(autouse=True)
def _only_this_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [INVENTORY])


def text_of(page: str) -> str:
    """Return the text of a page, with one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def publish(owner: User, moderator: User, *, checked: bool = True, code: str = CODE) -> None:
    version = factories.make_approved(
        owner,
        moderator,
        files={"__init__.py": code},
        permissions={"network": "Download gears", "clipboard": "Copy gears"},
    )
    if checked:
        check_now(version.package_hashes)


def test_the_page_shows_what_an_extension_does(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    page = client.get(PAGE).content.decode()

    assert 'id="what-it-does"' in page
    assert "Gears from Studio" in page
    assert "<kbd>Ctrl</kbd><kbd>Shift</kbd><kbd>Q</kbd>" in page
    assert "gears.example.org" in page
    assert "__init__.py, line 17" in page


def test_declared_permissions_are_beside_those_that_are_used(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    page = text_of(client.get(PAGE).content.decode())

    assert "Network Declared Download gears" in page
    assert "Used in its code requests.get in __init__.py, line 17" in page
    assert "Clipboard Declared Copy gears" in page
    assert "No use found." in page
    assert "Files Not declared" in page


def test_before_the_inventory_is_made_the_page_shows_what_is_declared(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator, checked=False)

    page = text_of(client.get(PAGE).content.decode())

    assert "Download gears" in page
    assert "Used in its code" not in page
    assert "What it does" not in page


def test_names_of_a_hostile_package_are_shown_as_text(
    client: Client, owner: User, moderator: User
) -> None:
    code = CODE.replace("Cogwheel Settings", "<script>alert(1)</script>\\u202ereversed")
    publish(owner, moderator, code=code)

    page = client.get(PAGE).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page


def test_the_api_returns_the_inventory_of_each_package(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    answer = client.get(API).json()

    assert (answer["id"], answer["version"], answer["inventory_version"]) == (
        "gear_tool",
        "1.0.0",
        1,
    )
    [package] = answer["packages"]
    assert package["inventory"]["operators"][0]["name"] == "gear.import_psk"
    assert "digest" not in package["inventory"]["network"][0]
    [network] = [one for one in package["inventory"]["permissions"] if one["name"] == "network"]
    assert network["uses"] == [{"file": "__init__.py", "line": 17, "call": "requests.get"}]


def test_an_inventory_that_is_not_made_yet_is_null(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator, checked=False)

    assert client.get(API).json()["packages"][0]["inventory"] is None


def test_the_inventory_of_a_draft_is_for_its_owner_and_moderators(
    client: Client, owner: User, moderator: User, stranger: User
) -> None:
    version = factories.make_draft(owner, files={"__init__.py": CODE})
    check_now(version.package_hashes)

    assert client.get(API).status_code == 404
    for user, status in ((stranger, 404), (owner, 200), (moderator, 200)):
        client.force_login(user)
        assert client.get(API).status_code == status
