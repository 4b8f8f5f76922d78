"""Packages are stored complete and verified, or not at all."""

import threading
import time
from pathlib import Path

import pytest

from extery.core.errors import ExteryError, NotFound, Unavailable
from extery.fetch import DownloadRequest, Fetcher, RetryPolicy, download, run_all
from tests.fetch.conftest import QUICK
from tests.fetch.requests import DATA, request_for
from tests.fetch.web import (
    Handler,
    Web,
    cut_off,
    endless,
    short_range,
    status,
    tamper,
    wait,
    without_ranges,
)


class Download:
    """A download to a place that has an older file."""

    def __init__(self, folder: Path, fetcher: Fetcher) -> None:
        self.to, self.part = folder / "a.zip", folder / "parts" / "a.part"
        self.fetcher = fetcher
        self.received = 0
        self.to.write_bytes(b"old")

    def run(self, what: DownloadRequest) -> None:
        download(what, to=self.to, part=self.part, fetcher=self.fetcher, on_progress=self._count)

    def _count(self, received: int) -> None:
        self.received += received

    def fails(self, what: DownloadRequest) -> str:
        with pytest.raises(ExteryError) as caught:
            self.run(what)
        assert self.to.read_bytes() == b"old"
        return caught.value.code


@pytest.fixture
def one(tmp_path: Path, fetcher: Fetcher) -> Download:
    return Download(tmp_path, fetcher)


def test_a_complete_package_replaces_the_old_file(web: Web, one: Download) -> None:
    one.run(request_for(web.put("/a.zip", DATA)))

    assert one.to.read_bytes() == DATA
    assert one.received == len(DATA)
    assert list(one.part.parent.iterdir()) == []
    assert web.requests_of("/a.zip")[0]["accept-encoding"] == "identity"


def test_a_local_package_is_copied(tmp_path: Path, one: Download) -> None:
    source = tmp_path / "source.zip"
    source.write_bytes(DATA)

    one.run(request_for(source.as_uri()))

    assert one.to.read_bytes() == DATA


def test_a_cut_off_transfer_is_resumed(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", cut_off(100_000), cut_off(50_000))

    one.run(request_for(url))

    first, second, third = web.requests_of("/a.zip")
    assert "range" not in first
    assert second["range"] == "bytes=100000-"
    assert second["if-range"].startswith('"')
    assert third["range"] == "bytes=150000-"
    assert one.to.read_bytes() == DATA
    assert one.received == len(DATA)


def test_another_process_resumes_a_transfer(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", *[cut_off(10_000), cut_off(0), cut_off(0), cut_off(0)])
    assert one.fails(request_for(url)) == "fetch.unreachable"

    one.run(request_for(url))

    assert web.requests_of("/a.zip")[-1]["range"] == "bytes=10000-"
    assert one.to.read_bytes() == DATA


def test_a_server_without_ranges_sends_everything_again(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", cut_off(10_000), without_ranges())

    one.run(request_for(url))

    assert one.to.read_bytes() == DATA
    assert one.received == len(DATA)


def test_a_transfer_without_progress_is_not_retried_for_ever(web: Web, one: Download) -> None:
    data = DATA * 10
    web.put("/a.zip", data)

    def ends_early(handler: Handler, body: bytes) -> bool:
        handler.has_ranges, handler.cut = False, 2_000_000
        return False

    web.fail("/a.zip", *[ends_early] * 20)

    one.fails(request_for(f"{web.url}/a.zip", data))

    # The first two million bytes were progress, the same ones again are not.
    assert len(web.seen) == QUICK.attempts + 1


def test_a_server_may_send_less_than_the_requested_range(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", cut_off(100_000), short_range(50_000))

    one.run(request_for(url))

    assert [seen.get("range") for seen in web.requests_of("/a.zip")] == [
        None,
        "bytes=100000-",
        "bytes=150000-",
    ]
    assert one.to.read_bytes() == DATA


def test_an_invalid_validator_is_not_sent(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", cut_off(100_000), *[status(503)] * 2)
    one.fails(request_for(url))
    one.part.with_name(f"{one.part.name}.etag").write_text('"\xff"', "latin-1")

    one.run(request_for(url))

    assert "if-range" not in web.requests_of("/a.zip")[-1]
    assert one.to.read_bytes() == DATA


@pytest.mark.parametrize("host", ["xn--a", "a" * 70, "a..b"])
def test_a_host_that_cannot_be_encoded_is_an_invalid_url(one: Download, host: str) -> None:
    assert one.fails(request_for(f"http://{host}/a.zip")) == "fetch.url"


def test_a_package_that_changed_meanwhile_is_fetched_from_the_start(
    web: Web, one: Download
) -> None:
    other = bytes(reversed(DATA))
    url = web.put("/a.zip", other)
    web.fail("/a.zip", *[cut_off(10_000), *[status(503)] * 3])
    one.fails(request_for(url))
    web.put("/a.zip", DATA)

    one.run(request_for(url))

    assert one.to.read_bytes() == DATA


def test_parts_of_different_files_are_detected(web: Web, one: Download) -> None:
    web.has_etags = False
    url = web.put("/a.zip", DATA)
    one.part.parent.mkdir()
    one.part.write_bytes(b"something else")

    one.run(request_for(url))

    assert one.to.read_bytes() == DATA
    assert "range" not in web.requests_of("/a.zip")[1]


def test_a_complete_part_needs_no_request(web: Web, one: Download) -> None:
    one.part.parent.mkdir()
    one.part.write_bytes(DATA)

    one.run(request_for(f"{web.url}/a.zip"))

    assert one.to.read_bytes() == DATA
    assert web.seen == []


def test_a_part_file_that_is_too_long_is_fetched_from_the_start(web: Web, one: Download) -> None:
    one.part.parent.mkdir()
    one.part.write_bytes(DATA + b"more")

    one.run(request_for(web.put("/a.zip", DATA)))

    assert one.to.read_bytes() == DATA


def test_a_tampered_file_is_refused_and_the_old_one_stays(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", tamper())

    assert one.fails(request_for(url)) == "fetch.hash"
    assert not one.part.exists()
    assert one.received == 0


def test_a_body_with_a_wrong_content_length_is_not_read(web: Web, one: Download) -> None:
    url = web.put("/a.zip", DATA * 2)

    assert one.fails(request_for(url)) == "fetch.size"
    assert not one.part.exists()


@pytest.mark.parametrize("has_length", [True, False])
def test_a_web_page_in_place_of_a_package_is_named(
    web: Web, one: Download, *, has_length: bool
) -> None:
    page = b"<!DOCTYPE html><title>Sign in</title>"

    def respond(handler: Handler, _body: bytes) -> bool:
        handler.send_response_only(200)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        if has_length:
            handler.send_header("Content-Length", str(len(page)))
        else:
            handler.send_header("Connection", "close")
            handler.close_connection = True
        handler.end_headers()
        handler.wfile.write(page)
        return True

    web.fail("/a.zip", respond)

    assert one.fails(request_for(f"{web.url}/a.zip")) == "fetch.web-page"
    assert not one.part.exists()


def test_an_endless_file_is_read_up_to_its_announced_size(web: Web, one: Download) -> None:
    web.fail("/a.zip", endless())

    assert one.fails(request_for(f"{web.url}/a.zip")) == "fetch.size"
    assert not one.part.exists()


def test_a_missing_package_is_an_error(web: Web, one: Download) -> None:
    assert one.fails(request_for(f"{web.url}/a.zip")) == "fetch.not-found"


def test_a_folder_that_cannot_be_written_is_an_error(
    web: Web, tmp_path: Path, fetcher: Fetcher
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable) as caught:
        download(
            request_for(web.put("/a.zip", DATA)),
            to=tmp_path / "a.zip",
            part=tmp_path / "file" / "part",
            fetcher=fetcher,
        )
    assert caught.value.code == "fetch.unwritable"


def test_concurrent_downloads_reuse_connections(web: Web, tmp_path: Path, fetcher: Fetcher) -> None:
    urls = [web.put(f"/{number}.zip", DATA[:1000]) for number in range(80)]
    for number in range(80):
        web.fail(f"/{number}.zip", wait(0.02))

    def fetch(url: str) -> None:
        name = url.rpartition("/")[2]
        part = tmp_path / f"{name}.part"
        download(request_for(url, DATA[:1000]), to=tmp_path / name, part=part, fetcher=fetcher)

    assert run_all(urls, fetch, fetcher=fetcher) == []
    assert len(list(tmp_path.iterdir())) == 80
    assert 8 <= web.busiest <= 16
    assert web.connections <= 16


def test_failed_jobs_are_reported_in_order_and_stop_no_others(fetcher: Fetcher) -> None:
    done = []

    def work(number: int) -> None:
        if number % 2:
            raise NotFound.of("fetch.not-found", url=str(number), status="404 Not Found")
        done.append(number)

    failed = run_all(range(10), work, fetcher=fetcher)

    assert sorted(done) == [0, 2, 4, 6, 8]
    assert [number for number, _ in failed] == [1, 3, 5, 7, 9]


def test_an_unexpected_exception_stops_all_jobs(fetcher: Fetcher) -> None:
    def work(number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_all(range(3), work, fetcher=fetcher)


@pytest.mark.timeout(300)
def test_a_stopped_fetcher_does_not_wait(web: Web) -> None:
    web.fail("/a", status(503, Retry_After="4000"))
    with Fetcher(retry_policy=RetryPolicy(max_delay=5_000, max_seconds=5_000)) as fetcher:
        timer = threading.Timer(0.1, fetcher.stop)
        timer.start()

        with pytest.raises(Unavailable) as caught:
            fetcher.with_retries(f"{web.url}/a", lambda: fetcher.open(f"{web.url}/a").__enter__())

        timer.join()
    assert caught.value.code == "fetch.stopped"


@pytest.mark.timeout(300)
def test_stopping_does_not_wait_for_a_silent_server(web: Web, tmp_path: Path) -> None:
    url = web.put("/a.zip", DATA)
    is_over = threading.Event()

    def answer_late(_handler: Handler, _body: bytes) -> bool:
        timer.start()
        is_over.wait(600)
        return False

    web.fail("/a.zip", answer_late)
    with Fetcher(retry_policy=RetryPolicy(read=5_000)) as patient:
        timer = threading.Timer(0.1, patient.stop)

        with pytest.raises(Unavailable) as caught:
            download(request_for(url), to=tmp_path / "a", part=tmp_path / "p", fetcher=patient)

        timer.join()
    is_over.set()
    assert caught.value.code == "fetch.stopped"


def test_retry_after_delays_all_requests_to_the_server(
    web: Web, tmp_path: Path, fetcher: Fetcher
) -> None:
    urls = [web.put(f"/{number}.zip", b"x") for number in range(2)]
    web.fail("/0.zip", status(429, Retry_After="1"))

    def fetch(url: str) -> None:
        name = url.rpartition("/")[2]
        download(
            request_for(url, b"x"), to=tmp_path / name, part=tmp_path / f".{name}", fetcher=fetcher
        )

    started = time.monotonic()
    run_all(urls, fetch, fetcher=fetcher, max_concurrent=1)

    assert time.monotonic() - started >= 0.9
    assert [seen.path for seen in web.seen] == ["/0.zip", "/0.zip", "/1.zip"]
