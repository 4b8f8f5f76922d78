"""What a version changes: new permissions, hosts and programs come before labels and files."""

from __future__ import annotations

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.scanning.changes import changes_of
from extery_site.scanning.steps.inventory import INVENTORY
from extery_site.scanning.tasks import check_now
from tests.inventory.samples import inventory_of
from tests.site import factories
from tests.site.pages.html import open_page, page_of
from tests.site.scanning.inventory_code import CODE

OTHER = CODE.replace("Gears from Studio", "Gears from Office").replace(
    'subprocess.run(["ffmpeg", "-version"])', 'subprocess.run(["sh", "-c", "curl x"])'
)


def test_new_permissions_and_programs_come_first() -> None:
    changes = changes_of(
        inventory_of(CODE), inventory_of(OTHER, {"permissions": {"files": "Save"}})
    )

    first = [(line.sign, line.what, line.title) for line in changes.to_review.lines]
    assert first[0] == ("added", "permission", "files")
    assert ("added", "started program", "sh") in first
    [operators] = [group for group in changes.groups if group.title == "Operators"]
    [line] = operators.lines
    assert line.detail == "label: Gears from Studio → Gears from Office"
    assert changes.files == (("changed", 1),)


def test_the_same_package_changes_nothing() -> None:
    assert changes_of(inventory_of(CODE), inventory_of(CODE)).is_empty


@pytest.fixture
def versions(
    owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> tuple[Version, Version]:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [INVENTORY])
    first = factories.make_approved(owner, moderator, files={"__init__.py": CODE})
    second = factories.make_waiting(owner, files={"__init__.py": OTHER}, version="1.1.0")
    check_now([*first.package_hashes, *second.package_hashes])
    return first, second


PAGE = "/extensions/gear_tool/versions/1.1.0/changes/"


def test_the_page_of_changes_is_for_those_who_may_see_both_versions(
    client: Client, owner: User, stranger: User, versions: tuple[Version, Version]
) -> None:
    open_page(client, PAGE, 404)
    client.force_login(stranger)
    open_page(client, PAGE, 404)

    client.force_login(owner)
    page = page_of(client.get(PAGE, follow=True))
    assert "To look at first" in page.html
    assert "Started program" in page.html
    open_page(client, "/extensions/gear_tool/versions/1.0.0/changes/", 404)


def test_versions_that_were_not_analysed_say_so(
    client: Client, owner: User, moderator: User
) -> None:
    for number in ("1.0.0", "1.1.0"):
        code = f"{CODE}# {number}\n"
        factories.make_approved(owner, moderator, files={"__init__.py": code}, version=number)

    assert "were not analysed yet" in page_of(client.get(PAGE, follow=True)).html


def test_the_review_shows_changes_and_permissions_with_links_to_the_lines(
    client: Client, moderator: User, versions: tuple[Version, Version]
) -> None:
    client.force_login(moderator)

    changes = open_page(client, "/queue/gear_tool/1.1.0/changes/")
    assert "What it does differently from 1.0.0" in changes.html
    findings = open_page(client, "/queue/gear_tool/1.1.0/findings/")
    assert "Permissions: declared and used" in findings.html
    links = [link for link in findings.links if "file=__init__.py" in link]
    assert links
    assert open_page(client, links[0].replace("&amp;", "&"))
