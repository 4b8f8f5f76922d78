"""The listing over HTTP, answered before Django sees the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.listings import middleware as module
from extery_site.listings.middleware import ListingMiddleware
from tests.site import factories

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/api/v1/extensions/",
    "SCRIPT_NAME": "",
    "SERVER_NAME": "testserver",
    "SERVER_PORT": "80",
    "HTTP_HOST": "testserver",
    "wsgi.url_scheme": "http",
    "wsgi.input": BytesIO(),
}


def call(app: Any, query: str = "", method: str = "GET", **headers: str) -> tuple[str, bytes, Any]:
    seen: list[Any] = []
    environ = {**ENVIRON, "REQUEST_METHOD": method, "QUERY_STRING": query, **headers}
    result = app(environ, lambda status, headers: seen.append((status, dict(headers))))
    return seen[0][0] if seen else "", b"".join(result), seen[0][1] if seen else None


@pytest.fixture
def middleware() -> ListingMiddleware:
    def behind(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("299 Passed on", [])
        return [environ["PATH_INFO"].encode()]

    return ListingMiddleware(behind)


def test_the_middleware_responds_as_the_endpoint(
    middleware: ListingMiddleware, client: Any, approve: Callable[..., Version]
) -> None:
    approve()
    query = "blender_version=4.2.3&platform=linux-x64&python_version=3.11.7&x=%20"
    expected = client.get(f"/api/v1/extensions/?{query}")
    status, body, headers = call(middleware, query)
    assert (status, body) == ("200 OK", expected.content)
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length"):
        assert headers[name] == expected[name]
    status, body, headers = call(middleware, query, method="HEAD")
    assert (status, body, headers["Content-Length"]) == ("200 OK", b"", str(len(expected.content)))
    status, body, headers = call(middleware, query, HTTP_IF_NONE_MATCH=expected["ETag"])
    assert (status, body) == ("304 Not Modified", b"")
    assert "Content-Length" not in headers


def test_an_approval_is_in_the_next_listing(
    middleware: ListingMiddleware, approve: Callable[..., Version], owner: User, moderator: User
) -> None:
    approve()
    assert call(middleware)[1].count(b'"archive_url"') == 1
    factories.make_approved(owner, moderator, id="other_tool", name="Other")
    assert call(middleware)[1].count(b'"archive_url"') == 2


def test_the_middleware_passes_other_requests_on(middleware: ListingMiddleware, db: None) -> None:
    assert call(middleware, "blender_version=x")[0] == "299 Passed on"
    assert call(middleware, method="POST")[0] == "299 Passed on"
    assert call(middleware, HTTP_HOST="evil.example")[0] == "299 Passed on"
    assert call(middleware, "&".join(f"k{n}=1" for n in range(200)))[0] == "299 Passed on"


def test_a_broken_database_connection_is_closed_and_django_responds(
    middleware: ListingMiddleware, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection")

    closed: list[bool] = []
    monkeypatch.setattr(module.LISTINGS, "get", broken)
    monkeypatch.setattr(module.connection, "close", lambda: closed.append(True))
    assert call(middleware)[0] == "299 Passed on"
    assert closed == [True]


def test_a_long_query_string_is_parsed_but_not_cached(
    middleware: ListingMiddleware, db: None
) -> None:
    before = module._parse_short.cache_info().currsize
    long = "blender_version=4.2.3&x=" + "y" * module.MAX_CACHED_QUERY
    assert call(middleware, long)[0] == "200 OK"
    assert module._parse_short.cache_info().currsize == before


def test_a_server_may_modify_the_list_of_chunks(middleware: ListingMiddleware, db: None) -> None:
    expected = call(middleware)[1]
    environ = {**ENVIRON, "QUERY_STRING": ""}
    result = middleware(environ, lambda _, headers: headers.clear())
    assert isinstance(result, list)
    result.clear()
    assert call(middleware)[1] == expected
