"""Any doubt about what a server sends leads to a whole download."""

from __future__ import annotations

import pytest

from extery.core.errors import ExteryError
from extery.fetch import DownloadRequest
from tests.client.delta_download.update import PATH, Update, new_files, old_files
from tests.fetch.web import (
    Fault,
    Handler,
    cut_off,
    encoded,
    endless,
    no_fault,
    raw,
    redirect,
    refuse_ranges,
    short_range,
    state_etag,
    state_range,
    status,
    tamper,
    without_ranges,
)
from tests.zips.tools import by_zipfile, noise


def _gzip(data: bytes) -> Fault:
    return encoded(data, "gzip")


FAULTS: dict[str, Fault] = {
    "whole file": without_ranges(),
    **{str(number): refuse_ranges(number) for number in (400, 403, 404, 416, 429, 500, 501, 503)},
    "busy": status(503, Retry_After="3600"),
    "cut off": cut_off(50),
    "short": short_range(100),
    "tampered": tamper(),
    "web page": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"),
    "compressed": _gzip(b"abc"),
    "no HTTP": raw(b"\x00" * 100),
    "nothing": raw(),
    "no content": status(204),
    "redirects in a circle": redirect(PATH),
    "insecure": redirect("file:///etc/passwd"),
    "without end": endless(),
    "another range": state_range("bytes 0-9/10"),
    "many digits": state_range("bytes 0-" + "9" * 4_000 + "/*"),
    "many ranges": raw(
        b"HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n"
        b"Content-Type: multipart/byteranges; boundary=x\r\n\r\n--x\n"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_any_doubt_leads_to_a_whole_download(update: Update, fault: str, at: int) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.web.fail(PATH, *[no_fault()] * at, *[FAULTS[fault]] * 100)

    result = update.run()

    if result is None:
        assert update.progress == 0
        assert update.to.read_bytes() == b"before"
        assert len(update.web.seen) < 30
        update.web.faults.clear()
        update.download()
    else:  # fewer requests were needed
        assert at == 2
        assert update.to.read_bytes() == update.new


def test_an_error_for_suffix_ranges_does_not_matter(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    def refuse_suffixes(handler: Handler, body: bytes) -> bool:
        is_suffix = handler.headers.get("Range", "").startswith("bytes=-")
        return is_suffix and status(501)(handler, body)

    update.web.fail(PATH, *[refuse_suffixes] * 9)

    assert update.succeeds().saved > 0


def test_a_package_that_changes_between_requests_is_not_mixed(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    def change(handler: Handler, body: bytes) -> bool:
        update.web.put(PATH, body[::-1])
        return False

    update.web.fail(PATH, change)

    assert update.run() is None
    assert update.to.read_bytes() == b"before"
    with pytest.raises(ExteryError) as caught:
        update.download()
    assert caught.value.code == "fetch.hash"


def test_another_entity_tag_between_requests_leads_to_a_whole_download(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.web.fail(PATH, no_fault(), state_etag('"other"'))

    assert update.is_refused()


def test_a_server_without_validators_is_verified_by_the_hash(update: Update) -> None:
    update.web.has_etags = False
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    assert update.succeeds().requests <= 3


def test_a_listing_with_another_hash_gets_nothing(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.request = DownloadRequest(update.request.url, update.request.size, "0" * 64)

    assert update.run() is None
    assert update.to.read_bytes() == b"before"
    assert not update.part.exists()


@pytest.mark.parametrize("difference", [-1, 1, 10**6, 10**12])
def test_a_listing_with_another_size_gets_nothing(update: Update, difference: int) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    size = update.request.size + difference
    update.request = DownloadRequest(update.request.url, size, update.request.sha256)

    assert update.run() is None
    assert update.to.read_bytes() == b"before"


def test_a_directory_that_claims_to_be_huge_is_not_fetched(update: Update) -> None:
    new = bytearray(by_zipfile({"a.png": noise(20_000_000, 1)}))
    new[-12:-4] = (len(new) - 22).to_bytes(4, "little") + bytes(4)
    update.prepare(by_zipfile(old_files()), bytes(new))

    assert update.run() is None
    assert len(update.web.seen) == 1


def test_a_stopped_fetcher_is_an_error(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    def stop(handler: Handler, body: bytes) -> bool:
        update.fetcher.stop()
        return False

    update.web.fail(PATH, stop)

    with pytest.raises(ExteryError) as caught:
        update.run()
    assert caught.value.code == "fetch.stopped"
