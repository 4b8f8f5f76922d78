"""The time by the clock of a server, from the headers of its response."""

from __future__ import annotations

from extery.fetch.dates import server_time, unverified_server_time

DATE = "Thu, 01 Jan 1970 00:10:00 GMT"


def test_the_age_of_a_cached_response_is_added() -> None:
    assert server_time({"date": DATE}) == 600.0
    assert server_time({"date": DATE, "age": "60"}) == 660.0


def test_headers_that_are_not_valid_state_no_time() -> None:
    assert server_time({}) is None
    assert server_time({"date": "tomorrow"}) is None
    assert server_time({"date": DATE, "age": "-5"}) == 600.0
    assert server_time({"date": DATE, "age": "9" * 400}) == 600.0


def test_a_server_that_does_not_answer_states_no_time() -> None:
    assert unverified_server_time("https://127.0.0.1:9/") is None
    assert unverified_server_time("https://[") is None
