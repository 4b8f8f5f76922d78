"""Searches by symbol and by regular expression, their filters, runs and limits."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.source_search import actions, running, tasks
from extery_site.source_search.expressions import Expression
from extery_site.source_search.models import PackageFile, Search, SourceFile
from extery_site.source_search.results import (
    Filters,
    Place,
    find_places,
    load_places,
    path_condition,
    path_matches,
)
from extery_site.source_search.symbol_patterns import symbol_matches
from tests.site import factories

Values = dict[str, Any]


def _places(search: Search, **values: str) -> list[Place]:
    return list(load_places(find_places(search, Filters.of(search, values))))


def _short(search: Search, **values: str) -> list[str]:
    return [
        f"{one.extension.extension_id} {one.version.number} {one.path}:{one.line} {one.state}"
        for one in _places(search, **values)
    ]


def _run(search: Search) -> Search:
    tasks.run_search.call(search.pk, search.run)
    search.refresh_from_db()
    return search


def test_a_symbol_is_found_in_the_versions_of_the_scope(
    moderator: User, indexed: SimpleNamespace
) -> None:
    search = actions.start_search(
        by=moderator, kind="symbol", query="subprocess.Popen", symbol_kind="call"
    )
    listed = ["gear_tool 1.1.0 net/start.py:5 Listed", "gear_tool 1.0.0 net/start.py:5 Older"]
    review = ["asker 1.0.0 start.py:5 Awaiting review"]
    assert _short(search) == listed
    assert _short(search, scope="review") == review
    assert _short(search, scope="all") == [*review, *listed]
    assert _short(search, scope="all", file_pattern="net/*.py") == listed
    assert _short(search, scope="all", type="theme") == _short(search, tag="rig") == []
    [place, *_] = _places(search)
    assert (place.snippet, place.what, place.count) == ("s.Popen(['true'])", "Called", 1)
    assert place.review_url.endswith("&file=net%2Fstart.py&line=5")
    Extension.objects.filter(extension_id="gear_tool").update(status="blocked")
    assert {one.state for one in _places(search)} == {"Blocked"}
    Version.objects.filter(pk=indexed.new.pk).update(status="blocked")
    assert len(_places(search)) == 1


def test_symbols_have_a_star_at_one_end(moderator: User, indexed: SimpleNamespace) -> None:
    def names(query: str, **values: Any) -> set[str]:
        search = actions.start_search(
            by=moderator, kind="symbol", query=query, scope="all", **values
        )
        found = {one.symbol for one in _places(search)}
        assert all(symbol_matches(query, name) for name in found)
        return found

    assert names("subprocess.*") == names("*.Popen") == {"subprocess.Popen"}
    assert names("*process*", symbol_kind="import") == {"subprocess"}
    assert names("example.org", symbol_kind="host") == {"example.org"}
    assert names("requests", not_bundled=True) == {"requests"}
    assert names("asks", not_bundled=True) == names("Subprocess") == set()
    indexed.review.indexed_packages.update(bundled=" requests ")
    assert names("requests", not_bundled=True) == set()


def test_a_regular_expression_runs_in_a_task_and_again_over_what_is_new(
    owner: User, moderator: User, indexed: SimpleNamespace, index_all: Callable[[], None]
) -> None:
    search = actions.start_search(
        by=moderator, kind="regex", query=r"^\s*s\.popen\(", ignore_case=True, scope="all"
    )
    assert search.state == Search.State.WAITING
    search = _run(search)
    assert (search.state, search.matched) == (Search.State.DONE, 1)
    assert search.searched == search.total == SourceFile.objects.count()
    assert len(_places(search)) == 3
    assert _places(search)[0].snippet == "s.Popen(['true'])"
    factories.make_waiting(
        owner, id="more", name="More", files={"b.py": "s.Popen(1)\ns.popen(2)\n"}
    )
    index_all()
    same = actions.start_search(
        by=moderator, kind="regex", query=r"^\s*s\.popen\(", ignore_case=True, scope="all"
    )
    assert same.pk == search.pk
    before = same.searched
    same = _run(same)
    assert same.searched - before == 2  # the new file and its manifest
    assert [(one.path, one.count) for one in _places(same, scope="review")][-1] == ("b.py", 2)


def test_a_cancelled_run_keeps_what_it_found_and_goes_on_later(
    moderator: User, indexed: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_BATCH", 1)
    search = actions.start_search(by=moderator, kind="regex", query="import|version", scope="all")
    find, calls = Expression.find, []

    def cancel_in_the_third(expression: Expression, text: bytes) -> Any:
        calls.append(text)
        if len(calls) == 3:
            actions.cancel_run(search=search, by=moderator)
        return find(expression, text)

    monkeypatch.setattr(Expression, "find", cancel_in_the_third)
    search = _run(search)
    assert (search.state, search.searched) == (Search.State.CANCELLED, 2)
    again = _run(actions.run_again(search=search, by=moderator))
    assert (again.state, again.searched) == (Search.State.DONE, again.total)
    tasks.run_search.call(again.pk, again.run)  # a task that is run twice
    assert len(calls) == again.total + 1


def test_kept_matches_and_time_are_limited(
    moderator: User, indexed: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MAX_KEPT", 2)
    search = _run(actions.start_search(by=moderator, kind="regex", query="import|version"))
    assert search.matches.count() == 2
    assert search.matched > 2
    monkeypatch.setattr(running, "MAX_SECONDS", -1)
    other = _run(actions.start_search(by=moderator, kind="regex", query="subprocess"))
    assert (other.state, other.searched) == (Search.State.STOPPED, 0)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "regex", "query": "("}, "source-search.bad-pattern"),
        ({"kind": "regex", "query": r"(?<=a)b"}, "source-search.bad-pattern"),
        ({"kind": "regex", "query": "(a{1,1000}){1,1000}"}, "source-search.bad-pattern"),
        ({"kind": "regex", "query": "a*"}, "source-search.matches-all"),
        ({"kind": "regex", "query": " "}, "source-search.empty"),
        ({"kind": "symbol", "query": "a*b"}, "source-search.bad-symbol"),
        ({"kind": "symbol", "query": "*"}, "source-search.bad-symbol"),
        ({"kind": "symbol", "query": "a b"}, "source-search.bad-symbol"),
        ({"kind": "glob", "query": "a"}, "source-search.bad-filter"),
        ({"kind": "symbol", "query": "os.*", "scope": "mine"}, "source-search.bad-filter"),
        ({"kind": "symbol", "query": "x" * 501}, "request.too-large"),
    ],
)
def test_what_cannot_be_searched_is_refused(moderator: User, values: Values, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        actions.start_search(by=moderator, **values)
    assert caught.value.code == code
    assert not Search.objects.exists()


def test_a_slow_pattern_takes_linear_time() -> None:
    text = b"a" * 200_000 + b"\n" + b"b" * 10
    assert Expression(r"(a+)+$x|(a|aa)+c").find(text) is None
    found = Expression("b").find(text)
    assert found is not None
    assert (found.line, found.count, found.snippet) == (2, 1, "b" * 10)
    long = Expression("aab").find(b"a" * 9_000 + b"b" + b"c" * 9_000)
    assert long is not None
    assert "aab" in long.snippet
    assert len(long.snippet) <= 240


def test_only_moderators_search_and_only_owners_change_a_search(
    owner: User, moderator: User
) -> None:
    volunteer = factories.make_user("oskar", is_volunteer=True)
    for user in (owner, volunteer):
        with pytest.raises(Refused):
            actions.start_search(by=user, kind="symbol", query="os.system")
    search = actions.start_search(by=moderator, kind="symbol", query="os.system")
    saved = actions.save_search(search=search, by=moderator, name="  Shell ", is_shared=True)
    assert saved.name == "Shell"
    other = factories.make_moderator("imani")
    with pytest.raises(Refused):
        actions.save_search(search=search, by=other, name="Mine")
    with pytest.raises(Refused):
        actions.delete_search(search=search, by=other)
    copy = actions.start_search(by=other, kind="symbol", query="os.system")
    actions.save_search(search=copy, by=other, name="Shell")
    assert set(Search.objects.visible_to(owner.pk)) == {saved}
    second = actions.start_search(by=moderator, kind="symbol", query="os.popen")
    with pytest.raises(Conflict) as caught:
        actions.save_search(search=second, by=moderator, name="Shell")
    assert caught.value.code == "source-search.name-exists"
    for name, points in (("", 0), ("Other", 41)):
        with pytest.raises(InvalidInput):
            actions.save_search(search=second, by=moderator, name=name, points=points)
    actions.delete_search(search=saved, by=moderator)
    assert Search.objects.filter(owner=moderator).get() == second


def test_running_and_watched_searches_are_limited(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MAX_ACTIVE", 1)
    monkeypatch.setattr(actions, "MAX_WATCHED", 0)
    first = actions.start_search(by=moderator, kind="regex", query="first")
    with pytest.raises(Conflict) as caught:
        actions.start_search(by=moderator, kind="regex", query="second")
    assert caught.value.code == "source-search.too-many"
    assert actions.run_again(search=first, by=moderator).run == 1
    with pytest.raises(Conflict):
        actions.save_search(search=first, by=moderator, name="Watch", is_watched=True)


def test_results_take_a_fixed_number_of_queries(moderator: User, indexed: SimpleNamespace) -> None:
    search = actions.start_search(by=moderator, kind="symbol", query="*re*", scope="all")
    with CaptureQueriesContext(
        connection,
    ) as many:
        assert len(_places(search)) > 4
    narrow = actions.start_search(by=moderator, kind="symbol", query="requests", scope="all")
    with CaptureQueriesContext(connection) as few:
        assert len(_places(narrow)) == 1
    assert len(many) == len(few) == 2


@pytest.mark.parametrize("pattern", ["", "net", "NET/*", "*.py", "net/*.toml", "*t*.py"])
def test_patterns_of_paths_mean_the_same_in_queries(
    pattern: str, moderator: User, indexed: SimpleNamespace
) -> None:
    found = PackageFile.objects.filter(path_condition(pattern))
    paths = set(PackageFile.objects.values_list("path", flat=True))
    expected = {path for path in paths if path_matches(pattern, path)}
    assert set(found.values_list("path", flat=True)) == expected
