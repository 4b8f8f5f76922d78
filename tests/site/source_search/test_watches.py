"""Watched searches: each new package is searched, and its review and risk show the matches to staff."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.models import User
from extery_site.moderation.models import QueueEntry
from extery_site.source_search import actions
from extery_site.source_search.models import Search
from extery_site.source_search.watches import watched_matches
from tests.site import factories
from tests.site.source_search.conftest import ASKS, STARTS


def _watch(by: User, name: str, points: int = 0, **values: object) -> Search:
    search = actions.start_search(by=by, **values)
    return actions.save_search(search=search, by=by, name=name, is_watched=True, points=points)


def test_a_new_package_that_matches_is_a_finding_and_a_risk(
    owner: User,
    moderator: User,
    run_tasks: Callable[[], int],
    signed_in: Callable[[User], Client],
) -> None:
    _watch(moderator, "Starts programs", 10, kind="symbol", query="subprocess.Popen")
    _watch(moderator, "Runs text", 0, kind="regex", query=r"exec\(")
    run_tasks()
    version = factories.make_waiting(owner, files={"start.py": STARTS, "e.py": "exec('1')\n"})
    client = signed_in(moderator)
    address = "/queue/gear_tool/1.0.0/findings/"
    assert "not in the index" in client.get(address).text
    run_tasks()
    text = client.get(address).text
    assert "Starts programs" in text
    assert "+10 risk" in text
    assert "start.py:5" in text
    assert "Runs text" in text
    assert "e.py:1" in text
    assert "Starts programs" not in signed_in(owner).get(address).text
    entry = QueueEntry.objects.get(version=version)
    assert [10, "Matches the saved search Starts programs"] in entry.reasons
    assert "Runs text" not in str(entry.reasons)
    assert sum(points for points, _ in entry.reasons) == entry.risk


def test_filters_hold_for_watched_searches_and_queries_are_few(
    owner: User, moderator: User, index_all: Callable[[], None]
) -> None:
    version = factories.make_waiting(owner, files={"asks.py": ASKS, "start.py": STARTS})
    index_all()
    matching = [
        _watch(moderator, "A", kind="symbol", query="requests.*", file_pattern="asks*"),
        _watch(moderator, "B", kind="symbol", query="*.Popen", type="add-on", symbol_kind="call"),
        _watch(moderator, "C", kind="symbol", query="requests", not_bundled=True),
    ]
    _watch(moderator, "D", kind="symbol", query="requests.get", file_pattern="start.py")
    _watch(moderator, "E", kind="symbol", query="requests.get", type="theme")
    _watch(moderator, "F", kind="symbol", query="requests.get", tag="rigging")
    _watch(moderator, "G", kind="symbol", query="requests.get", symbol_kind="define")
    _watch(moderator, "H", kind="regex", query="no such line")
    with CaptureQueriesContext(connection) as queries:
        found = watched_matches(version)
    assert [match.search for match in found] == matching
    assert [(place.path, place.line) for place in found[0].shown] == [("asks.py", 4)]
    assert len(queries) == 4


def test_an_owner_of_work_in_review_does_not_see_what_is_watched(
    moderator: User, index_all: Callable[[], None], signed_in: Callable[[User], Client]
) -> None:
    _watch(moderator, "Starts programs", kind="symbol", query="subprocess.Popen")
    factories.make_waiting(moderator, files={"start.py": STARTS})
    index_all()
    text = signed_in(moderator).get("/queue/gear_tool/1.0.0/findings/").text
    assert "Starts programs" not in text
