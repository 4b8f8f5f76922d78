"""Changed files that a moderator has seen: per person, and kept while the content stays."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.changes import approved_before
from extery_site.moderation.decisions import request_changes
from extery_site.moderation.models import SeenFile
from extery_site.moderation.seen_files import count_seen, mark_file
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import Page, open_page

SignIn = Callable[[User], Client]
BASE = "/queue/gear_tool/1.1.0/"
FILES = {"places.py": "x = 1\n", "zones.py": "y = 1\n"}


@pytest.fixture
def version(owner: User, moderator: User) -> Version:
    """An update with three changed files: the manifest and two new ones."""
    factories.make_approved(owner, moderator)
    return factories.make_waiting(owner, version="1.1.0", files=FILES)


def seen_buttons(page: Page) -> dict[str, Any]:
    return {
        button["aria-label"].removeprefix("Seen: "): button
        for button in page.classed("seen-button")
    }


def test_a_file_is_seen_on_the_page_until_its_content_changes(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    browser = signed_in(moderator)
    buttons = seen_buttons(open_page(browser, f"{BASE}changes/"))
    assert list(buttons) == ["blender_manifest.toml", "places.py", "zones.py"]
    for name in ("places.py", "zones.py", "zones.py"):
        key = buttons[name]["value"]
        form = {"step": "mark_file", "tab": "changes", "seen": key, "place_base": "ab"}
        response = browser.post(BASE, form)
        assert response["Location"] == f"{BASE}changes/?base=ab#seen-{key}"
    page = open_page(browser, BASE)
    assert "You saw 2 of 3 changed files" in page.classed("decide-foot")[0].words
    assert SeenFile.objects.count() == 2

    request_changes(version=version, packages=version.package_hashes, by=moderator, reason="Hm")
    data = package(version="1.1.0", files={**FILES, "zones.py": "y = 2\n"})
    publish.receive_upload(file=io.BytesIO(data), user=owner)
    page = open_page(browser, f"{BASE}changes/")
    pressed = {name: button["aria-pressed"] for name, button in seen_buttons(page).items()}
    assert pressed == {"blender_manifest.toml": "false", "places.py": "true", "zones.py": "false"}
    opened = ["open" in details.attributes for details in page.classed("diff-content")]
    assert opened == [True, False, True]
    assert "1 of 3 seen" in page.classed("change-compare")[0].words

    key = buttons["places.py"]["value"]
    browser.post(BASE, {"step": "mark_file", "tab": "changes", "unseen": key})
    assert count_seen(version, approved_before(version), moderator) == (0, 3)


def test_marks_are_of_one_person_and_about_files_of_the_version(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    author = open_page(signed_in(owner), f"{BASE}changes/")
    assert not seen_buttons(author)
    page = open_page(signed_in(moderator), f"{BASE}changes/")
    key = seen_buttons(page)["places.py"]["value"]
    for user in (owner, factories.make_user("ben")):
        with pytest.raises(Refused):
            mark_file(version=version, by=user, key=key)
    with pytest.raises(NotFound):
        mark_file(version=version, by=moderator, key="0" * 32)
    volunteer = factories.make_user("oskar", is_volunteer=True)
    mark_file(version=version, by=volunteer, key=key)
    base = approved_before(version)
    assert count_seen(version, base, volunteer) == (1, 3)
    assert count_seen(version, base, moderator) == (0, 3)
