"""Time limits of whole transfers, whichever part is slow."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import ExteryError
from extery.fetch import DownloadRequest, Fetcher, RetryPolicy, download, get_document
from extery.fetch.deadline import Deadline
from tests.fetch.requests import document_error
from tests.fetch.web import (
    Fault,
    Handler,
    Web,
    cut_off,
    drip,
    raw,
    redirect,
    status,
    wait,
)

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
#: Each byte arrives long before the read time-out; only the total time limit ends it.
HURRIED = RetryPolicy(attempts=50, first_delay=0.001, max_delay=0.01, read=5.0, max_seconds=0.5)
DATA = os.urandom(200_000)


@pytest.fixture
def hurried() -> Iterator[Fetcher]:
    with Fetcher(retry_policy=HURRIED) as fetcher:
        yield fetcher


def dripping(*start: bytes, piece: bytes = b"x") -> Fault:
    return raw(*start, forever=piece, pause=0.05)


@pytest.mark.parametrize(
    "fault",
    [
        dripping(),
        dripping(OK, b"X-Header: "),
        dripping(piece=b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        raw(forever=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
        dripping(OK + b"Content-Length: 1000000\r\n\r\n"),
        dripping(CHUNKED, b"1;"),
        dripping(CHUNKED, b"0\r\n", b"Trailer: "),
        dripping(CHUNKED, piece=b"1\r\nx\r\n"),
        wait(2),
    ],
    ids=[
        "status line",
        "header",
        "interim answers",
        "a flood of interim answers",
        "body",
        "chunk extension",
        "trailer",
        "chunks",
        "nothing",
    ],
)
@pytest.mark.timeout(300)
def test_a_request_as_a_whole_has_a_time_limit(web: Web, hurried: Fetcher, fault: Fault) -> None:
    web.fail("/a", *[fault] * 3)

    with pytest.raises(ExteryError, match=r"took longer than .* seconds") as caught:
        get_document(f"{web.url}/a", fetcher=hurried)

    assert caught.value.code == "fetch.time-out"
    assert len(web.seen) == 1


@pytest.mark.timeout(300)
def test_an_abandoned_request_leaves_no_thread_and_no_connection(web: Web) -> None:
    def requests() -> int:
        return sum(thread.name == "extery-fetch" for thread in threading.enumerate())

    before = requests()
    url = web.put("/good", b"{}")
    with Fetcher(retry_policy=HURRIED, connections=1) as fetcher:
        get_document(
            url, fetcher=fetcher
        )  # the next request has a connection that is known already
        web.fail("/a", dripping(OK, b"X-Header: "))
        assert document_error(f"{web.url}/a", fetcher) == "fetch.time-out"
        while requests() > before:
            time.sleep(0.01)

        # The only connection is free again.
        assert get_document(url, fetcher=fetcher) is not None


@pytest.mark.timeout(300)
def test_an_endless_name_lookup_is_a_time_out(
    hurried: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def never(*arguments: object, **options: object) -> list[object]:
        answered.wait(300)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    try:
        assert document_error("http://slow.example/a", hurried) == "fetch.time-out"
    finally:
        answered.set()


@pytest.mark.timeout(300)
def test_a_connection_established_too_late_is_closed(
    web: Web, hurried: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its request was abandoned before the connection existed, so the fetcher must close it."""
    web.fail("/a", dripping(OK, b"X-Header: "))
    given_up, look_up = threading.Event(), socket.getaddrinfo

    def late(*arguments: Any, **options: Any) -> Any:
        given_up.wait(300)
        return look_up(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", late)
    assert document_error(f"{web.url}/a", hurried) == "fetch.time-out"
    given_up.set()

    while any(thread.name == "extery-fetch" for thread in threading.enumerate()):
        time.sleep(0.01)


def test_a_retry_after_beyond_the_time_limit_is_an_error(
    web: Web,
) -> None:
    web.fail("/a", status(503, Retry_After="5"))
    retry_policy = RetryPolicy(max_seconds=4)

    with Fetcher(retry_policy=retry_policy) as fetcher, pytest.raises(ExteryError) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher)

    assert caught.value.problems[0].hint == "try again in 5 seconds"


@pytest.mark.timeout(300)
def test_redirects_have_the_time_limit_of_the_request(web: Web, hurried: Fetcher) -> None:
    def slowly(handler: Handler, body: bytes) -> bool:
        time.sleep(0.2)
        return redirect("/a")(handler, body)

    web.fail("/a", *[slowly] * 20)

    assert document_error(f"{web.url}/a", hurried) == "fetch.time-out"
    assert len(web.seen) < 6


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", [status(503, Retry_After="0"), cut_off(1), raw(b"")])
def test_attempts_have_a_time_limit_together(web: Web, fault: Fault) -> None:
    web.put("/a", DATA)
    web.fail("/a", *[fault] * 5_000)
    stubborn = RetryPolicy(attempts=10_000, first_delay=0.01, max_delay=0.02, max_seconds=0.5)

    with Fetcher(retry_policy=stubborn) as fetcher:
        assert document_error(f"{web.url}/a", fetcher) == "fetch.time-out"


@pytest.mark.timeout(300)
def test_a_transfer_with_endless_resumes_has_a_time_limit(web: Web, tmp_path: Path) -> None:
    """Each attempt brings a megabyte, which does not count as a failure."""
    size = 1_000_000_000

    def some(handler: Handler, body: bytes) -> bool:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(size - start))
        handler.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        handler.end_headers()
        handler.wfile.write(bytes(1 << 20))
        handler.close_connection = True
        return True

    web.fail("/a", *[some] * 1_000)
    part = tmp_path / "part"
    retry_policy = RetryPolicy(first_delay=0.001, max_delay=0.01, max_package_seconds=1.0)

    with Fetcher(retry_policy=retry_policy) as fetcher, pytest.raises(ExteryError) as caught:
        download(
            DownloadRequest(f"{web.url}/a", size, "0" * 64),
            to=tmp_path / "a",
            part=part,
            fetcher=fetcher,
        )

    assert caught.value.code == "fetch.time-out"
    assert part.stat().st_size > 1 << 20  # for the next run


def test_a_large_package_gets_time_for_its_size() -> None:
    retry_policy = RetryPolicy()

    assert retry_policy.time_limit(0) == retry_policy.max_seconds == 600
    assert retry_policy.time_limit(18_000_000) == 600 + 1_800
    assert retry_policy.time_limit(4_000_000_000) == retry_policy.max_package_seconds == 6 * 3600


def test_a_file_that_takes_too_long_to_read_is_a_time_out(tmp_path: Path, fetcher: Fetcher) -> None:
    (tmp_path / "source").write_bytes(DATA)
    url = (tmp_path / "source").as_uri()

    with fetcher.open(url, deadline=Deadline(0)) as answer, pytest.raises(ExteryError) as caught:
        next(answer.blocks)
    assert caught.value.code == "fetch.time-out"


def test_the_deadline_of_one_body_does_not_close_another(web: Web) -> None:
    web.put("/slow", b"[" + b" " * 20 + b"]")
    web.fail("/slow", drip(0.05))
    web.fail("/a", dripping(OK, b"X-Header: "))
    found = []
    retry_policy = RetryPolicy(attempts=1, max_seconds=30)

    with Fetcher(retry_policy=retry_policy) as fetcher:

        def fetch() -> None:
            found.append(get_document(f"{web.url}/slow", fetcher=fetcher, compressed=False))

        thread = threading.Thread(target=fetch)
        thread.start()
        with pytest.raises(ExteryError), fetcher.open(f"{web.url}/a", deadline=Deadline(0.3)):
            pass
        thread.join()

    assert len(found) == 1
