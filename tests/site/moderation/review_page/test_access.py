"""Who sees which tab, and in how many queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.comments import comment
from extery_site.moderation.models import Task
from tests.site import factories
from tests.site.moderation.review_page.steps import BASE, TABS, SignIn
from tests.site.pages.html import Page, open_page


def test_visitors_do_not_see_the_code_of_a_version_in_review(
    version: Version, client: Client, stranger: User, owner: User, signed_in: SignIn
) -> None:
    for tab in TABS:
        assert "/account/login/" in client.get(f"{BASE}{tab}/")["Location"]
        assert signed_in(stranger).get(f"{BASE}{tab}/").status_code == 403
    page = open_page(client, BASE)
    assert not any("changes/" in link for link in page.links)
    author = signed_in(owner)
    assert [author.get(f"{BASE}{tab}/").status_code for tab in TABS] == [200, 200, 403]


def test_unknown_versions_and_drafts_have_no_tabs(
    version: Version, owner: User, browser: Client
) -> None:
    factories.make_draft(owner, version="3.0.0")
    for number in ("3.0.0", "9.9.9"):
        for tab in (*TABS, "decide"):
            address = f"/queue/gear_tool/{number}/{tab}/?step=approve"
            assert browser.get(address).status_code == 404


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_needs_a_fixed_number_of_queries(
    version: Version, moderator: User, browser: Client, tab: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        Task.objects.create(version=version, text=f"Task {number}", created_by=moderator)
        add_place = {"package": version.package_hashes[0], "file": "places.py", "line": number + 1}
        comment(
            extension=version.extension,
            version=version,
            by=moderator,
            text=f"Comment {number}",
            place=add_place,
        )
    # On Changes the difference is computed before the files that were seen are counted.
    with django_assert_max_num_queries(42):
        page = open_page(browser, f"{BASE}{tab}/")
    assert isinstance(page, Page)
