"""Findings in the code of an upload lead to its lines in the changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.findings import findings_of, places_of
from tests.site import factories
from tests.site.packages import INIT
from tests.site.pages.html import open_page
from tests.site.shared_database import SharedContent

SignIn = Callable[[User], Client]
EVAL = "def calculate(text):\n    return eval(text)\n"


@pytest.fixture(scope="module", autouse=True)
def _version(shared_content: SharedContent) -> None:
    """A version in review whose two modules have the same problem, one of them many times."""
    with shared_content.create():
        factories.make_waiting(
            factories.make_user("ada"),
            files={
                "__init__.py": f"from . import gears, bolts\n{INIT}",
                "gears.py": EVAL * 7,
                "bolts.py": EVAL,
            },
        )


def test_each_module_is_a_finding_with_its_lines() -> None:
    version = Version.objects.get()

    findings = [problem.where.file for problem in findings_of(version).values()]
    places = [
        [(place.file, place.line) for place in found] for found in places_of(version).values()
    ]

    assert sorted(findings) == ["bolts.py", "gears.py"]
    assert sorted(places) == [
        [("bolts.py", 2)],
        [("gears.py", line) for line in range(2, 15, 2)],
    ]


def test_the_api_has_the_lines(moderator: User, program: SignIn) -> None:
    rows = program(moderator).get("/api/v1/extensions/gear_tool/versions/1.0.0/findings/").json()

    [row] = [row for row in rows if row["problem"]["file"] == "bolts.py"]
    assert [(place["file"], place["line"]) for place in row["places"]] == [("bolts.py", 2)]


def test_the_page_links_to_the_lines_and_counts_the_others(
    moderator: User, signed_in: SignIn
) -> None:
    browser = signed_in(moderator)
    page = open_page(browser, "/queue/gear_tool/1.0.0/findings/")

    links = {link.words: link["href"] for link in page.all("a") if ".py:" in link.words}

    assert sorted(links) == ["bolts.py:2", *(f"gears.py:{line}" for line in (10, 2, 4, 6, 8))]
    assert "and 2 more places" in page.all("main")[0].words
    changes = open_page(browser, links["gears.py:4"])
    assert "About line 4 of gears.py" in changes.all("main")[0].words
