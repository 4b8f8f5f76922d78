"""Comparisons of two versions: facts, lines, permissions and the quota."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.models import PackageDifference
from extery_site.project.setting_types import Rate
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.pages.html import open_page

pytestmark = pytest.mark.django_db

PAGE = "/extensions/gear_tool/versions/compare/"
Approve = Callable[..., Version]


@pytest.fixture
def two(approve: Approve) -> None:
    approve(files={"__init__.py": "one = 1\ntwo = 2\n", "old.py": "gone = True\n"})
    approve(
        version="1.1.0",
        permissions={"network": "Fetch gears"},
        blender_version_min="4.5.0",
        files={"__init__.py": "one = 1\ntwo = 22\n", "new.py": "made = '<i>'\n"},
    )


@pytest.mark.usefixtures("two")
def test_facts_and_lines_of_two_versions(client: Client) -> None:
    page = open_page(client, PAGE)

    facts = page.classed("compare-facts")[0].words
    assert "Files1 new, 2 changed, 1 gone" in facts
    assert "Permissions+ Network" in facts
    assert "4.2 and newer → 4.5 and newer" in facts
    assert "OperatorsUnchanged" in facts or "not looked into" in facts
    assert [one.words.split("+")[0].strip() for one in page.classed("code-entry")] == [
        "__init__.py",
        "blender_manifest.toml",
        "new.pynew",
        "old.pygone",
    ]
    assert "two = 22" in [one.words for one in page.all("code")]
    new = open_page(client, f"{PAGE}?from=1.0.0&to=1.1.0&file=new.py")
    assert "&lt;i&gt;" in new.html
    back = open_page(client, f"{PAGE}?from=1.1.0&to=1.0.0")
    assert "− Network" in back.classed("compare-facts")[0].words


@pytest.mark.usefixtures("two")
def test_numbers_that_do_not_exist_or_are_the_same(client: Client) -> None:
    open_page(client, f"{PAGE}?from=9.9.9", 404)
    assert "choose two" in open_page(client, f"{PAGE}?from=1.1.0&to=1.1.0").html


@pytest.mark.usefixtures("two")
def test_a_new_comparison_counts_and_a_stored_one_does_not(
    client: Client, settings: Any, moderator: User, signed_in: Callable[[User], Client]
) -> None:
    settings.EXTERY_COMPARISONS_PER_ADDRESS = Rate(1, timedelta(hours=1), "hour")
    for _ in range(3):
        assert "compare-facts" in open_page(client, PAGE).html
    back = f"{PAGE}?from=1.1.0&to=1.0.0"
    refused = open_page(client, back)
    assert "compare-facts" not in refused.html
    assert "comparisons of versions" in refused.html
    assert PackageDifference.objects.count() == 1
    assert "compare-facts" in open_page(signed_in(moderator), back).html


@pytest.mark.usefixtures("two")
def test_a_version_that_nobody_may_download_is_not_compared(
    client: Client, owner: User, moderator: User
) -> None:
    publish.unpublish(version=Version.objects.get(number="1.0.0"), by=owner, reason="Bad")
    page = open_page(client, f"{PAGE}?from=1.0.0&to=1.1.0")
    assert "The source of one of these versions is not public." in page.html
    assert not PackageDifference.objects.exists()


def test_a_single_version_has_nothing_to_compare_with(client: Client, approve: Approve) -> None:
    approve()
    assert "no second version" in open_page(client, PAGE).html
    factories.make_waiting(Version.objects.get().extension.owner, version="2.0.0")
    assert open_page(client, f"{PAGE}?to=2.0.0", 404)
