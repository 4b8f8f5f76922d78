"""The access log: its lines, what they leave out, and what happens when they are not taken."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from extery_site.project.logs.access import LOGGER, AccessLog, Request
from extery_site.project.logs.formats import access_json, access_text
from extery_site.project.logs.targets import (
    HIDDEN,
    MAX_TARGET,
    SECRET_PATHS,
    loggable_target,
)

REQUEST = Request(
    time=1_796_002_400.25,
    request_id="0edf967e194d744c",
    client="203.0.113.7",
    user=None,
    method="GET",
    path="/extensions/",
    query="q=gears",
    status=200,
    bytes=1234,
    seconds=0.01234,
    agent="Blender/5.3",
)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that the logger of the access log has received."""
    received: list[str] = []
    logger = logging.getLogger(LOGGER)
    monkeypatch.setattr(logger, "handle", lambda record: received.append(record.getMessage()))
    return received


def test_a_request_is_a_line_of_text_or_an_object() -> None:
    assert access_text(REQUEST) == (
        "2026-11-30T01:33:20.250Z access [0edf967e194d744c] 203.0.113.7 user - GET "
        '/extensions/?q=gears 200 1234 bytes 12.3 ms "Blender/5.3"'
    )
    fields = json.loads(access_json(REQUEST))
    assert fields["user"] is None
    assert fields["path"] == "/extensions/?q=gears"
    assert (fields["status"], fields["bytes"], fields["duration_ms"]) == (200, 1234, 12.3)


@pytest.mark.parametrize("line", [access_text, access_json])
def test_hostile_values_cannot_begin_a_line(line: Any) -> None:
    evil = "x\r\n2026 access\u2028\x85\x00\x1b[31m\ud800"
    request = REQUEST._replace(
        method=evil, path=evil + "ä".encode().decode("latin-1"), query=evil, agent=evil * 1000
    )
    text = line(request)
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < 2_500
    assert "%C3%A4" in text


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/try/tok/gear.zip", "", "/try/***"),
        ("/try/", "", "/try/"),
        ("/notifications/stop/tok:en/", "", "/notifications/stop/***"),
        ("/account/confirm-email/MQ:abc/", "", "/account/confirm-email/***"),
        ("/account/password/reset/key/1-set/now/", "", "/account/password/reset/key/***"),
        ("/a b/ü", "", "/a%20b/%C3%BC"),
        ("/", "token=abc&page=2&q", "/?token=***&page=2&q"),
        ("/", "extery_abc", "/?***"),
        ("/", "next=/try/tok/", "/?next=***"),
    ],
)
def test_what_gives_access_is_left_out(path: str, query: str, expected: str) -> None:
    assert loggable_target(path, query) == expected


def test_addresses_are_shortened() -> None:
    for path, query in (("/" + "a" * 50_000, ""), ("/", "q=" + "b" * 50_000), ("/", "a&" * 9_000)):
        assert len(loggable_target(path, query)) <= MAX_TARGET


def patterns(resolver: URLResolver, start: str = "") -> Iterator[str]:
    """Return all patterns below a resolver, as text."""
    for item in resolver.url_patterns:
        route = start + str(item.pattern).removeprefix("^")
        if isinstance(item, URLPattern):
            yield route
        else:
            yield from patterns(item, route)


def test_each_url_with_a_token_is_known() -> None:
    secret = [
        f"/{route}"
        for route in patterns(get_resolver())
        if "<token>" in route or "<key>" in route.replace("report/<kind>/<key>", "")
    ]
    assert len(secret) >= len(SECRET_PATHS)
    assert [route for route in secret if not route.startswith(SECRET_PATHS)] == []
    assert HIDDEN in loggable_target(secret[0])


def test_lines_are_written_together_and_in_order(lines: list[str]) -> None:
    log = AccessLog(lambda request: str(request.status), interval=300)
    for status in range(200, 205):
        log.add(REQUEST._replace(status=status))
    log.flush()
    log.flush()
    assert lines == ["200\n201\n202\n203\n204"]


def test_requests_beyond_the_limit_are_counted(
    lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    log = AccessLog(lambda request: str(request.status), interval=300, max_waiting=2)
    for status in range(200, 205):
        log.add(REQUEST._replace(status=status))
    log.flush()
    assert lines == ["200\n201"]
    assert "lost 3 requests" in caplog.text
