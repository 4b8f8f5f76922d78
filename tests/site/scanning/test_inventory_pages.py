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
DOES = f"{PAGE}does/"
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

    page = client.get(DOES).content.decode()

    assert 'id="what-it-does"' in page
    assert "Gears from Studio" in page
    assert "<kbd>Ctrl</kbd><kbd>Shift</kbd><kbd>Q</kbd>" in page
    assert "gears.example.org" in page
    assert 'file=__init__.py#L17">__init__.py:17</a>' in page


def test_declared_permissions_are_beside_those_that_are_used(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    page = text_of(client.get(DOES).content.decode())

    assert "Network “Download gears” requests.get __init__.py:17" in page
    assert "Clipboard “Copy gears” No use found Not used" in page
    assert "Files Not declared" in page
    assert "Camera, Microphone Not declared Nothing found Not used" in page


def test_the_overview_tells_four_cases_of_permissions_apart(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    page = text_of(client.get(PAGE).content.decode())

    assert "Author: “Download gears” Found: requests.get in __init__.py:17" in page
    assert "Declared, and found in its code" in page
    assert "Author: “Copy gears” Declared, but we found no use of it" in page
    assert "The author has not declared it. Found, not declared" in page
    assert "2 declared, 1 only found" in page
    assert "Not found Camera, Microphone." in page


def test_what_an_extension_does_is_searched_without_scripts(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    page = text_of(client.get(DOES, {"find": "ctrl shift"}).content.decode())
    assert "Gears from Studio" in page
    assert "gears.example.org" not in page
    page = client.get(DOES, {"find": "<b>nothing</b>"}).content.decode()
    assert "Nothing has “&lt;b&gt;nothing&lt;/b&gt;” in its name." in page


def test_before_the_inventory_is_made_the_page_shows_what_is_declared(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator, checked=False)

    page = text_of(client.get(PAGE).content.decode())

    assert "Download gears" in page
    assert "We have not looked into this version" in page
    assert "Not found" not in page
    assert "We have not looked into version 1.0.0 yet" in client.get(DOES).content.decode()


def test_names_of_a_hostile_package_are_shown_as_text(
    client: Client, owner: User, moderator: User
) -> None:
    code = CODE.replace("Cogwheel Settings", "<script>alert(1)</script>\\u202ereversed")
    publish(owner, moderator, code=code)

    page = client.get(DOES).content.decode()

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
