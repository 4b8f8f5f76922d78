"""Hostile headers, statuses, URLs and files each end in one clear error."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from extery.core.errors import Corrupt, ExteryError, NotFound
from extery.fetch import (
    MAX_DOCUMENT_SIZE,
    DownloadRequest,
    Fetcher,
    Response,
    Validators,
    download,
    get_document,
)
from extery.fetch.response import MAX_VALIDATOR_LENGTH
from extery.fetch.retry import retry_after
from tests.fetch.conftest import QUICK
from tests.fetch.requests import document_error
from tests.fetch.web import Handler, Web, cut_off, encoded, raw, status

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
DATA = os.urandom(200_000)


def test_a_body_that_is_longer_than_announced_is_refused(web: Web, fetcher: Fetcher) -> None:
    """A Content-Length besides chunks makes proxies read another body."""
    both = OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    web.fail("/a", *[raw(both, b"3\r\n{} \r\n0\r\n\r\n")] * 2)

    assert document_error(f"{web.url}/a", fetcher) == "fetch.too-long"


def test_an_announced_length_above_the_limit_is_not_read(web: Web, fetcher: Fetcher) -> None:
    web.fail("/a", raw(OK + b"Content-Length: 1000000000000\r\n\r\n"))

    assert document_error(f"{web.url}/a", fetcher) == "fetch.too-long"


@pytest.mark.parametrize(
    "value", ["9" * 5_000, "9" * 21, "-1", "1, 2", "\u0661\u0662", "1e3", "0x10", "+5", "1_0", ""]
)
def test_an_invalid_content_length_is_one_error(web: Web, fetcher: Fetcher, value: str) -> None:
    head = OK + f"Content-Length: {value}\r\nConnection: close\r\n\r\n".encode()
    web.fail("/a", *[raw(head, b"{}")] * QUICK.attempts)

    assert document_error(f"{web.url}/a", fetcher) == "fetch.unreachable"


@pytest.mark.parametrize(
    "value",
    [
        "bytes {digits}-{digits}/{digits}",
        "bytes 100000-199999/{digits}",
        "bytes 100000-199999/999999",
        "bytes 100000-299999/*",
        "bytes 100000-99999/200000",
        "bytes 0-199999/200000",
        "bytes \u0661\u0660\u0660\u0660\u0660\u0660-199999/200000",
        "bytes -100000-199999/200000",
        "bytes */200000",
        "",
    ],
)
def test_a_range_that_does_not_continue_a_part_is_not_added_to_it(
    web: Web, tmp_path: Path, fetcher: Fetcher, value: str
) -> None:
    url = web.put("/a", DATA)

    def misstate_length(handler: Handler, body: bytes) -> bool:
        handler.wfile.write(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 100000\r\n")
        handler.wfile.write(f"Content-Range: {value.format(digits='9' * 5000)}\r\n\r\n".encode())
        handler.wfile.write(bytes(100_000))
        return True

    web.fail("/a", cut_off(100_000), misstate_length)
    wanted = DownloadRequest(url, len(DATA), hashlib.sha256(DATA).hexdigest())

    download(wanted, to=tmp_path / "a", part=tmp_path / "part", fetcher=fetcher)

    assert (tmp_path / "a").read_bytes() == DATA
    assert [("range" in seen.headers) for seen in web.seen] == [False, True, False]


def test_a_range_of_another_file_is_detected_by_its_hash(
    web: Web, tmp_path: Path, fetcher: Fetcher
) -> None:
    url = web.put("/a", DATA)

    def misstate_length(handler: Handler, body: bytes) -> bool:
        handler.send_response(206)
        handler.send_header("Content-Length", "100000")
        handler.send_header("Content-Range", "bytes 100000-199999/200000")
        handler.end_headers()
        handler.wfile.write(bytes(100_000))
        return True

    web.fail("/a", cut_off(100_000), misstate_length)
    wanted = DownloadRequest(url, len(DATA), hashlib.sha256(DATA).hexdigest())

    download(wanted, to=tmp_path / "a", part=tmp_path / "part", fetcher=fetcher)

    assert (tmp_path / "a").read_bytes() == DATA


@pytest.mark.parametrize("number", [204, 205, 304, 416])
def test_a_status_without_a_package_is_an_error(
    web: Web, tmp_path: Path, fetcher: Fetcher, number: int
) -> None:
    web.fail("/a", *[status(number)] * QUICK.attempts)

    with pytest.raises(ExteryError) as caught:
        download(
            DownloadRequest(f"{web.url}/a", 5, "0" * 64),
            to=tmp_path / "a",
            part=tmp_path / "part",
            fetcher=fetcher,
        )
    assert caught.value.code == "fetch.status"
    assert len(web.seen) == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0",
        b"hello",
        b"<html>no status line</html>\r\n\r\n",
        b"HTTP/1.1 200\r\nContent-Length: 0\r\n : \r\n\r\n",
        b"HTTP/1.1 99999999 OK\r\n\r\n",
        b"HTTP/1.1 \xd9\xa2\xd9\xa0\xd9\xa0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        CHUNKED + b"-1\r\n\r\n",
        CHUNKED + b"fffffffffffffffffffffffffffffffff\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"2\r\n{}0\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_an_invalid_http_response_is_one_error(web: Web, fetcher: Fetcher, sent: bytes) -> None:
    web.fail("/a", *[raw(sent)] * QUICK.attempts)

    assert document_error(f"{web.url}/a", fetcher) == "fetch.unreachable"


def test_a_change_of_protocol_is_refused(web: Web, fetcher: Fetcher) -> None:
    upgrade = raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{}")
    web.fail("/a", *[upgrade] * QUICK.attempts)

    assert document_error(f"{web.url}/a", fetcher) == "fetch.unreachable"


@pytest.mark.parametrize(
    "target",
    [
        "/" + "a" * 70_000,
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "ftp://x.example/",
        "http://x.example:99999/",
        "http://x.example:-1/",
        "http://x.example:\u0661/",
        "http://[fe80::1%25eth0",
        "http://\u2100/",
        "javascript:alert(1)",
        "/a\x0bb",
    ],
)
def test_an_invalid_redirect_is_one_error(web: Web, fetcher: Fetcher, target: str) -> None:
    web.fail("/a", *[raw(b"HTTP/1.1 302 Found\r\nLocation: " + target.encode() + b"\r\n\r\n")] * 3)

    code = document_error(f"{web.url}/a", fetcher)
    assert code in ("fetch.url", "fetch.redirect-unsafe", "fetch.unreachable")


def test_cookies_are_not_kept(web: Web, fetcher: Fetcher) -> None:
    web.fail("/a", *[status(200, Set_Cookie=f"name{number}=value") for number in range(3)])

    for _ in range(3):
        get_document(f"{web.url}/a", fetcher=fetcher)

    assert not any("cookie" in seen.headers for seen in web.seen)
    assert len(fetcher._client.cookies) == 0


def test_validators_that_are_too_long_are_not_stored(
    web: Web, tmp_path: Path, fetcher: Fetcher
) -> None:
    etag = f'"{"x" * MAX_VALIDATOR_LENGTH}"'
    web.fail("/a", status(200, ETag=etag, Last_Modified="x" * 10_000))
    found = get_document(f"{web.url}/a", fetcher=fetcher)
    assert found is not None
    assert found.validators == Validators()

    web.put("/b", DATA)
    web.has_etags = False

    def tagged(handler: Handler, body: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("ETag", etag)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:1_000])
        handler.close_connection = True
        return True

    web.fail("/b", tagged)
    wanted = DownloadRequest(f"{web.url}/b", len(DATA), hashlib.sha256(DATA).hexdigest())
    download(wanted, to=tmp_path / "b", part=tmp_path / "part", fetcher=fetcher)

    assert "if-range" not in web.requests_of("/b")[1]


@pytest.mark.parametrize(
    "text", ["9" * 5_000, "\u0661", "-5", "1.5", "nan", "Thu, " * 20_000, "Mon, 01 Jan 0001 00:00"]
)
def test_an_invalid_retry_after_is_ignored_or_bounded(text: str) -> None:
    found = retry_after({"retry-after": text})
    assert found is None or found == 0.0 or found > 1e8


def test_invalid_dates_are_ignored() -> None:
    for text in ("", "x", "Mon, 99 Foo 99999 99:99:99 +9999", "Thu, " * 100, "0" * 500):
        headers = {"last-modified": text, "date": "Thu, 26 Nov 2026 00:00:00 GMT"}
        assert Response("", 200, headers, iter(())).last_modified == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are pipes with names")
@pytest.mark.timeout(300)
def test_a_pipe_is_an_error_and_does_not_block(tmp_path: Path, fetcher: Fetcher) -> None:
    os.mkfifo(tmp_path / "index.json")

    with pytest.raises(NotFound, match="not a regular file"):
        get_document((tmp_path / "index.json").as_uri(), fetcher=fetcher)


def test_a_growing_file_is_read_up_to_its_initial_size(tmp_path: Path, fetcher: Fetcher) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)

    with fetcher.open(path.as_uri()) as answer:
        path.write_bytes(b"x" * 1_000_000)
        assert b"".join(answer.blocks) == b"x" * 10


def test_json_of_too_many_values_is_refused(
    web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.fetch.documents.BYTES_PER_CONTAINER", MAX_DOCUMENT_SIZE // 10)
    monkeypatch.setattr("extery.fetch.documents.BYTES_PER_VALUE", MAX_DOCUMENT_SIZE // 20)
    web.fail("/a", encoded(b"[" * 10 + b"," * 10), encoded(b"[" * 10 + b"," * 11))
    web.fail("/a", encoded(b"[" * 11))

    get_document(f"{web.url}/a", fetcher=fetcher)
    for _ in range(2):
        with pytest.raises(Corrupt) as caught:
            get_document(f"{web.url}/a", fetcher=fetcher)
        assert caught.value.code == "fetch.too-long"


def test_port_zero_is_another_origin(web: Web) -> None:
    with Fetcher(token="secret", token_for="http://127.0.0.1/", retry_policy=QUICK) as fetcher:
        assert fetcher._has_token("http://127.0.0.1:80/a")
        assert not fetcher._has_token("http://127.0.0.1:0/a")
