"""How listings are remembered: as few as there are different ones, and never too long."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.core.compatibility import Audience, BlenderRange, System
from extery.core.versions import blender_version_of_number
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.listings.actions import increment_revision
from extery_site.listings.cache import ListingCache
from extery_site.listings.middleware import ListingMiddleware
from extery_site.listings.snapshot import Candidate, Snapshot, current_revision
from tests.site import factories

ENTRY = b'{"id":"x","archive_url":"'


def candidate(
    low: int, high: int | None = None, platforms: str = "", pythons: str = "", name: str = "x"
) -> Candidate:
    audience = Audience.of(
        BlenderRange(
            blender_version_of_number(low), blender_version_of_number(high) if high else None
        ),
        platforms=platforms.split(),
        pythons=pythons.split(),
    )
    return Candidate(
        audience,
        ENTRY.replace(b"x", name.encode()),
        b'/x.zip"}',
    )


SNAPSHOT = Snapshot(
    [
        [
            [candidate(5_000_000, None, "linux-x64", "3.11", "new")],
            [candidate(4_002_000, 5_000_000, "", "", "old")],
        ],
        [[candidate(4_003_000, 4_005_000, "", "3", "middle")]],
    ],
    [],
)
systems = st.builds(
    System,
    st.none() | st.integers(0, 9_000_000).map(blender_version_of_number),
    st.none() | st.sampled_from(["linux-x64", "windows-x64", "\x00", ""]),
    st.none() | st.sampled_from(["3.11", "3.13", "3.", "2.7"]),
)


@given(systems)
def test_the_normalized_system_gets_the_same_listing(system: System) -> None:
    normal = SNAPSHOT.normalize(system)
    assert SNAPSHOT.render(normal, "http://a") == SNAPSHOT.render(system, "http://a")
    assert SNAPSHOT.normalize(normal) == normal


def test_whatever_clients_send_there_are_few_answers() -> None:
    answers = ListingCache(lambda: 1, lambda: SNAPSHOT)
    for major, minor, patch in itertools.product(range(3, 7), range(10), range(10)):
        system = System((major, minor, patch), f"system-{patch}", f"3.{minor}")
        answers.get(system, "http://a")
    assert len(answers._answers) <= 5 * 2 * 3


def test_what_was_not_used_for_longest_goes_first() -> None:
    size = len(SNAPSHOT.render(System(), "http://a"))
    answers = ListingCache(lambda: 1, lambda: SNAPSHOT, most_bytes=2 * size)
    first = answers.get(System(), "http://a")
    second = answers.get(System(), "http://b")
    assert answers.get(System(), "http://a") is first
    answers.get(System(), "http://c")
    assert answers.get(System(), "http://a") is first
    assert answers.get(System(), "http://b") is not second


def test_a_new_revision_is_read_once_by_many_threads() -> None:
    taken: list[int] = []
    revision = [1]

    def take() -> Snapshot:
        taken.append(revision[0])
        return SNAPSHOT

    answers = ListingCache(lambda: revision[0], take)
    answers.get(System(), "http://a")
    revision[0] = 2
    threads = [threading.Thread(target=answers.get, args=(System(), "http://a")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [1, 2]


def test_the_revision_counts_up_with_each_change_also_from_nothing(db: None) -> None:
    assert current_revision() == 0
    increment_revision()
    increment_revision()
    assert current_revision() == 2


@pytest.mark.django_db(transaction=True)
def test_an_undone_change_does_not_count() -> None:
    from django.db import transaction

    with transaction.atomic():
        increment_revision()
        transaction.set_rollback(True)
    assert current_revision() == 0


def call(app: Any, query: str = "", method: str = "GET", **headers: str) -> tuple[str, bytes, Any]:
    seen: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/api/v1/extensions/",
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **headers,
    }
    result = app(environ, lambda status, headers: seen.append((status, dict(headers))))
    return seen[0][0] if seen else "", b"".join(result), seen[0][1] if seen else None


@pytest.fixture
def short_way() -> ListingMiddleware:
    def behind(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("299 Passed on", [])
        return [environ["PATH_INFO"].encode()]

    return ListingMiddleware(behind)


def test_the_short_way_answers_as_the_endpoint_does(
    short_way: ListingMiddleware, client: Any, approve: Callable[..., Version]
) -> None:
    approve()
    query = "blender_version=4.2.3&platform=linux-x64&python_version=3.11.7&x=%20"
    expected = client.get(f"/api/v1/extensions/?{query}")
    status, body, headers = call(short_way, query)
    assert (status, body) == ("200 OK", expected.content)
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length"):
        assert headers[name] == expected[name]
    status, body, headers = call(short_way, query, method="HEAD")
    assert (status, body, headers["Content-Length"]) == ("200 OK", b"", str(len(expected.content)))
    status, body, headers = call(short_way, query, HTTP_IF_NONE_MATCH=expected["ETag"])
    assert (status, body) == ("304 Not Modified", b"")
    assert "Content-Length" not in headers


def test_the_short_way_sees_a_change_at_once(
    short_way: ListingMiddleware, approve: Callable[..., Version], owner: User, moderator: User
) -> None:
    approve()
    assert call(short_way)[1].count(b'"archive_url"') == 1
    factories.make_approved(owner, moderator, id="other_tool", name="Other")
    assert call(short_way)[1].count(b'"archive_url"') == 2


def test_what_the_short_way_cannot_answer_goes_on_to_django(
    short_way: ListingMiddleware, db: None
) -> None:
    assert call(short_way, "blender_version=x")[0] == "299 Passed on"
    assert call(short_way, method="POST")[0] == "299 Passed on"
    assert call(short_way, HTTP_HOST="evil.example")[0] == "299 Passed on"
    assert call(short_way, "&".join(f"k{n}=1" for n in range(200)))[0] == "299 Passed on"


def test_a_broken_connection_is_replaced_by_djangos_way(
    short_way: ListingMiddleware, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection")

    closed: list[bool] = []
    monkeypatch.setattr("extery_site.listings.middleware.LISTINGS.get", broken)
    monkeypatch.setattr(
        "extery_site.listings.middleware.connection.close", lambda: closed.append(True)
    )
    assert call(short_way)[0] == "299 Passed on"
    assert closed == [True]
