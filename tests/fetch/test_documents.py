"""Listings over HTTP and from disk: conditional requests, compression, retries and tokens."""

import os
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from extery.core.errors import (
    Corrupt,
    ExteryError,
    InvalidInput,
    NotFound,
    Refused,
    Unavailable,
)
from extery.fetch import Fetcher, Response, RetryPolicy, Validators, get_document
from extery.fetch.decoding import supported_encodings
from tests.fetch.conftest import QUICK
from tests.fetch.web import Web, cut_off, drip, redirect, status, wait

BODY = b'{"version":"v1","blocklist":[],"data":[]}' * 50


def body_of(url: str, fetcher: Fetcher) -> bytes:
    found = get_document(url, fetcher=fetcher)
    assert found is not None
    return found.body


def test_a_document_is_transferred_compressed_and_decoded(web: Web, fetcher: Fetcher) -> None:
    url = web.put("/index.json", BODY)

    assert body_of(url, fetcher) == BODY
    assert web.requests_of("/index.json")[0]["accept-encoding"] == ", ".join(supported_encodings())
    assert web.requests_of("/index.json")[0]["user-agent"].startswith("extery/")


def test_a_document_can_be_requested_as_blender_requests_it(web: Web, fetcher: Fetcher) -> None:
    url = web.put("/index.json", BODY)

    get_document(url, fetcher=fetcher, compressed=False)

    assert web.requests_of("/index.json")[0]["accept-encoding"] == "identity"


def test_an_unchanged_document_is_not_sent_again(web: Web, fetcher: Fetcher) -> None:
    url = web.put("/index.json", BODY)
    first = get_document(url, fetcher=fetcher)
    assert first is not None

    assert get_document(url, fetcher=fetcher, validators=first.validators) is None
    web.put("/index.json", BODY + b" ")
    again = get_document(url, fetcher=fetcher, validators=first.validators)
    assert again is not None
    assert again.body == BODY + b" "


@pytest.mark.parametrize(("age", "is_known"), [(0, False), (1, False), (60, True)])
def test_last_modified_is_a_validator_only_after_its_second(
    web: Web, fetcher: Fetcher, age: int, is_known: bool
) -> None:
    now = time.time()
    modified = formatdate(now - age, usegmt=True)
    web.has_etags = False
    web.fail("/a", status(200, Last_Modified=modified, Date=formatdate(now, usegmt=True)))

    found = get_document(f"{web.url}/a", fetcher=fetcher)

    assert found is not None
    assert found.validators == Validators("", modified if is_known else "")


def test_a_file_url_supports_conditional_requests(tmp_path: Path, fetcher: Fetcher) -> None:
    path = tmp_path / "index.json"
    path.write_bytes(BODY)
    first = get_document(path.as_uri(), fetcher=fetcher)
    assert first is not None
    assert first.body == BODY

    assert get_document(path.as_uri(), fetcher=fetcher, validators=first.validators) is None
    os.utime(path, ns=(1, 1))
    assert get_document(path.as_uri(), fetcher=fetcher, validators=first.validators) is not None
    with pytest.raises(NotFound):
        get_document((tmp_path / "none").as_uri(), fetcher=fetcher)
    with pytest.raises((NotFound, Unavailable)):
        get_document(tmp_path.as_uri(), fetcher=fetcher)


def test_an_unrequested_304_is_an_error(web: Web, fetcher: Fetcher) -> None:
    web.fail("/index.json", status(304))

    with pytest.raises(Unavailable, match="304"):
        get_document(f"{web.url}/index.json", fetcher=fetcher)


@pytest.mark.parametrize("number", [429, 500, 502, 503, 504])
def test_transient_errors_are_retried(web: Web, fetcher: Fetcher, number: int) -> None:
    url = web.put("/index.json", BODY)
    web.fail("/index.json", status(number), cut_off(3))

    assert body_of(url, fetcher) == BODY
    assert len(web.seen) == 3


def test_retries_end(web: Web, fetcher: Fetcher) -> None:
    url = web.put("/index.json", BODY)
    web.fail("/index.json", *[status(503)] * 9)

    with pytest.raises(Unavailable, match="503 Service Unavailable"):
        get_document(url, fetcher=fetcher)
    assert len(web.seen) == QUICK.attempts


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_retry_waits_as_long_as_the_server_requests(
    web: Web, fetcher: Fetcher, form: str
) -> None:
    url = web.put("/index.json", BODY)
    # Dates have whole seconds.
    later = "1" if form == "seconds" else formatdate(int(time.time()) + 2, usegmt=True)
    web.fail("/index.json", status(429, Retry_After=later))
    started = time.monotonic()

    get_document(url, fetcher=fetcher)

    assert time.monotonic() - started >= 0.9


def test_a_retry_after_beyond_the_limit_is_an_error(web: Web, fetcher: Fetcher) -> None:
    web.fail("/index.json", status(503, Retry_After="3600"))

    with pytest.raises(Unavailable) as caught:
        get_document(f"{web.url}/index.json", fetcher=fetcher)
    assert caught.value.code == "fetch.busy"
    assert caught.value.problems[0].hint == "try again in 3600 seconds"


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (401, Refused, "fetch.refused"),
        (403, Refused, "fetch.refused"),
        (404, NotFound, "fetch.not-found"),
        (410, NotFound, "fetch.not-found"),
        (418, Unavailable, "fetch.status"),
        (999, Unavailable, "fetch.status"),
    ],
)
def test_refusals_are_not_retried(
    web: Web, fetcher: Fetcher, number: int, kind: type[ExteryError], code: str
) -> None:
    web.fail("/index.json", status(number))

    with pytest.raises(kind) as caught:
        get_document(f"{web.url}/index.json", fetcher=fetcher)
    assert caught.value.code == code
    assert len(web.seen) == 1


def test_a_silent_server_is_a_time_out(web: Web) -> None:
    url = web.put("/index.json", BODY)
    web.fail("/index.json", *[wait(0.8)] * 2)

    with (
        Fetcher(retry_policy=RetryPolicy(attempts=2, first_delay=0.01, read=0.3)) as fetcher,
        pytest.raises(Unavailable) as caught,
    ):
        get_document(url, fetcher=fetcher)
    assert caught.value.code == "fetch.time-out"
    assert len(web.seen) == 2


def test_a_slow_server_is_a_time_out(web: Web) -> None:
    url = web.put("/index.json", os.urandom(2000))
    web.fail("/index.json", drip(0.02))

    with (
        Fetcher(retry_policy=RetryPolicy(attempts=1, grace=0.2)) as fetcher,
        pytest.raises(Unavailable) as caught,
    ):
        get_document(url, fetcher=fetcher, compressed=False)
    assert caught.value.code == "fetch.time-out"


def test_an_endless_listing_is_cut_off(web: Web, fetcher: Fetcher) -> None:
    url = web.put("/index.json", b" " * 100_000)

    with pytest.raises(Corrupt) as caught:
        get_document(url, fetcher=fetcher, limit=50_000)
    assert caught.value.code == "fetch.too-long"


def test_an_unreachable_server_is_an_error(fetcher: Fetcher) -> None:
    with pytest.raises(Unavailable) as caught:
        get_document("http://127.0.0.1:9/index.json", fetcher=fetcher)
    assert caught.value.code == "fetch.unreachable"
    assert "Errno" not in caught.value.problems[0].message


def test_a_url_without_a_host_is_an_error(fetcher: Fetcher) -> None:
    with pytest.raises(InvalidInput):
        get_document("http:///index.json", fetcher=fetcher)


@pytest.fixture
def known(web: Web) -> Iterator[Fetcher]:
    """A fetcher with a token for ``web``."""
    with Fetcher(token="secret", token_for=f"{web.url}/r/", retry_policy=QUICK) as fetcher:
        yield fetcher


def test_a_token_is_sent_to_its_origin_and_redirects_within_it(web: Web, known: Fetcher) -> None:
    web.put("/r/index.json", BODY)
    web.fail("/old", redirect("/r/index.json", 308))

    assert body_of(f"{web.url}/old", known) == BODY
    assert [seen.headers["authorization"] for seen in web.seen] == ["Bearer secret"] * 2


def test_the_user_agent_can_be_that_of_another_program(web: Web) -> None:
    with Fetcher(user_agent="Blender/4.2.23") as fetcher:
        get_document(web.put("/index.json", b"{}"), fetcher=fetcher)

    assert web.requests_of("/index.json")[0]["user-agent"] == "Blender/4.2.23"


def test_a_token_is_not_sent_to_another_origin(web: Web, other_web: Web, known: Fetcher) -> None:
    other_web.put("/index.json", BODY)
    web.fail("/r/index.json", redirect(f"{other_web.url}/index.json"))

    assert body_of(f"{web.url}/r/index.json", known) == BODY
    assert body_of(f"{other_web.url}/index.json", known) == BODY
    assert [seen.headers.get("authorization") for seen in other_web.seen] == [None, None]


def test_a_refused_token_is_mentioned_in_the_hint(web: Web, known: Fetcher) -> None:
    web.fail("/r/", status(403))

    with pytest.raises(Refused) as caught:
        get_document(f"{web.url}/r/", fetcher=known)
    assert "token may be wrong" in caught.value.problems[0].hint


@pytest.mark.parametrize("token", ["sec\nret", "sekr\u00e9t"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Fetcher(token=token, token_for="https://x.org/")
    assert caught.value.code == "fetch.token"
    assert token not in str(caught.value)


def test_a_trailing_newline_is_stripped_from_a_token(web: Web) -> None:
    url = web.put("/r/index.json", BODY)

    with Fetcher(token="secret\n", token_for=url, retry_policy=QUICK) as fetcher:
        get_document(url, fetcher=fetcher)

    assert web.seen[0].headers["authorization"] == "Bearer secret"


def test_a_redirect_loop_is_an_error(web: Web, fetcher: Fetcher) -> None:
    web.fail("/a", *[redirect("/a")] * 20)

    with pytest.raises(Unavailable) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher)
    assert caught.value.code == "fetch.redirects"


def test_a_redirect_to_a_file_is_refused(web: Web, fetcher: Fetcher) -> None:
    web.fail("/a", redirect("file:///etc/passwd"))

    with pytest.raises(Refused) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher)
    assert caught.value.code == "fetch.redirect-unsafe"


@pytest.mark.parametrize("target", ["http://[::1/a", "http://x:y/", "http://xn--a/"])
def test_a_redirect_to_an_invalid_url_is_an_error(web: Web, fetcher: Fetcher, target: str) -> None:
    web.fail("/a", *[redirect(target)] * 3)

    with pytest.raises(ExteryError):
        get_document(f"{web.url}/a", fetcher=fetcher)


def test_an_impossible_date_is_not_a_validator(web: Web, fetcher: Fetcher) -> None:
    url = web.put("/index.json", BODY)
    never = "Thu, 01 Jan 1970 00:00:00 +9999999999999"
    web.fail("/index.json", status(503, Retry_After=never, Last_Modified=never))

    assert body_of(url, fetcher) == BODY
    assert Response("", 200, {"last-modified": never, "date": never}, iter(())).last_modified == ""


def test_non_ascii_validators_are_not_sent() -> None:
    assert Validators('"\xff"', "yesterday").headers() == {"If-Modified-Since": "yesterday"}


def test_validators_are_sent_unchanged() -> None:
    assert Validators().headers() == {}
    assert Validators('"a"', "yesterday").headers() == {
        "If-None-Match": '"a"',
        "If-Modified-Since": "yesterday",
    }
