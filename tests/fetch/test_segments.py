"""Large packages arrive over several connections, and as one stream from servers that refuse ranges."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.core.errors import ExteryError
from extery.fetch import Fetcher, download
from extery.fetch.fetcher import MAX_ADDITIONAL_CONNECTIONS
from extery.fetch.segments import MAX_PIECE as PIECE
from extery.fetch.segments import MIN_PIECE, MIN_SIZE, piece_size
from tests.fetch.conftest import QUICK
from tests.fetch.requests import request_for
from tests.fetch.web import (
    Fault,
    Handler,
    Web,
    cut_off,
    drip,
    no_fault,
    refuse_ranges,
    short_range,
    state_etag,
    state_range,
    status,
    tamper,
    wait,
    without_ranges,
)

DATA = os.urandom(5 * PIECE + 1_234)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(retry_policy=QUICK, connections=8) as quick:
        yield quick


class Download:
    """A download over up to four connections."""

    def __init__(self, folder: Path, web: Web, fetcher: Fetcher, data: bytes = DATA) -> None:
        self.to, self.part = folder / "a.zip", folder / "a.part"
        self.web, self.fetcher, self.data = web, fetcher, data
        self.received = 0
        self.url = web.put("/a.zip", data)

    def run(self, connections: int = 4) -> list[str]:
        """Download and check the package; return the requested ranges."""
        download(
            request_for(self.url, self.data),
            to=self.to,
            part=self.part,
            fetcher=self.fetcher,
            on_progress=self._count,
            connections=connections,
        )
        assert self.to.read_bytes() == self.data
        assert self.received == len(self.data)
        assert not self.part.exists()
        return self.ranges

    @property
    def ranges(self) -> list[str]:
        return [seen.get("range", "") for seen in self.web.requests_of("/a.zip")]

    def _count(self, received: int) -> None:
        self.received += received


@pytest.fixture
def one(tmp_path: Path, web: Web, fetcher: Fetcher) -> Download:
    return Download(tmp_path, web, fetcher)


def test_a_large_package_is_fetched_in_pieces_over_several_connections(
    web: Web, one: Download
) -> None:
    web.fail("/a.zip", *[wait(0.2)] * 6)

    ranges = one.run()

    assert ranges[0] == f"bytes=0-{PIECE - 1}"
    assert f"bytes={4 * PIECE}-{5 * PIECE - 1}" in ranges
    assert len(ranges) == 6
    assert 1 < web.busiest <= 4
    assert all("if-range" in seen for seen in web.requests_of("/a.zip")[1:])


@pytest.mark.parametrize(
    ("missing", "connections", "size"),
    [
        (MIN_SIZE, 8, MIN_PIECE),
        (16 << 20, 8, 2 << 20),
        ((16 << 20) + 1, 8, (2 << 20) + 1),
        (1 << 30, 8, PIECE),
    ],
)
def test_pieces_have_a_size_that_suits_the_connections(
    missing: int, connections: int, size: int
) -> None:
    assert piece_size(missing, connections) == size


def test_by_default_there_is_one_stream(one: Download) -> None:
    assert one.run(connections=1) == [""]


def test_a_small_package_is_one_stream(tmp_path: Path, web: Web, fetcher: Fetcher) -> None:
    assert Download(tmp_path, web, fetcher, DATA[: MIN_SIZE - 1]).run() == [""]


def test_a_local_package_is_one_stream(tmp_path: Path, fetcher: Fetcher) -> None:
    source = tmp_path / "source.zip"
    source.write_bytes(DATA)

    download(
        request_for(source.as_uri(), DATA),
        to=tmp_path / "a.zip",
        part=tmp_path / "a.part",
        fetcher=fetcher,
        connections=4,
    )

    assert (tmp_path / "a.zip").read_bytes() == DATA


def test_a_server_without_ranges_needs_no_second_request(web: Web, one: Download) -> None:
    web.fail("/a.zip", without_ranges())

    assert len(one.run()) == 1


@pytest.mark.parametrize("number", [400, 403, 405, 416, 501])
def test_a_server_that_refuses_ranges_sends_one_stream(
    web: Web, one: Download, number: int
) -> None:
    web.fail("/a.zip", *[refuse_ranges(number)] * 9)

    assert one.run() == [f"bytes=0-{PIECE - 1}", ""]

    one.received = 0
    assert one.run()[2:] == [""]


@pytest.mark.parametrize("number", [429, 503])
def test_a_busy_server_gets_one_stream_in_the_next_attempt(
    web: Web, one: Download, number: int
) -> None:
    web.fail("/a.zip", status(number))

    assert one.run() == [f"bytes=0-{PIECE - 1}", ""]


@pytest.mark.parametrize(
    "fault",
    [
        status(429, Retry_After="1"),
        status(503),
        status(416),
        status(501),
        status(404),
        without_ranges(),
        short_range(1_000),
        state_range("bytes 0-9/*"),
        state_range("bytes 0-9/99"),
        state_etag('"another"'),
    ],
    ids=["429", "503", "416", "501", "404", "whole", "short", "range", "size", "etag"],
)
def test_a_server_that_refuses_the_second_connection_sends_the_rest_as_one_stream(
    web: Web, one: Download, fault: Fault
) -> None:
    def refuse_others(handler: Handler, body: bytes) -> bool:
        is_piece = not handler.headers["Range"].endswith("-")
        return is_piece and fault(handler, body)

    web.fail("/a.zip", no_fault(), *[refuse_others] * 20)

    ranges = one.run()

    assert f"bytes={PIECE}-" in ranges


def test_a_piece_that_is_cut_off_once_is_fetched_again(web: Web, one: Download) -> None:
    web.fail("/a.zip", no_fault(), cut_off(100))

    ranges = one.run()

    assert len(ranges) == 7
    assert len(set(ranges)) == 6


def test_a_first_piece_that_is_cut_off_is_continued(web: Web, one: Download) -> None:
    web.fail("/a.zip", cut_off(70_000))

    ranges = one.run()

    assert f"bytes=70000-{70_000 + PIECE - 1}" in ranges


def test_an_interrupted_download_continues_with_the_next_piece(
    web: Web, one: Download, tmp_path: Path
) -> None:
    one.part.write_bytes(DATA[: PIECE + 5])

    ranges = one.run()

    assert ranges[0] == f"bytes={PIECE + 5}-{2 * PIECE + 4}"


def test_a_damaged_part_file_is_dropped(web: Web, one: Download) -> None:
    one.part.write_bytes(os.urandom(PIECE))

    ranges = one.run()

    assert ranges[-1] == ""


def test_a_tampered_piece_leads_to_one_whole_download(web: Web, one: Download) -> None:
    web.fail("/a.zip", no_fault(), tamper())

    assert one.run()[-1] == ""


def test_a_file_that_changes_between_pieces_is_not_mixed(web: Web, one: Download) -> None:
    new = os.urandom(len(DATA))

    def change(handler: Handler, body: bytes) -> bool:
        web.put("/a.zip", new)
        return False

    web.fail("/a.zip", change)

    with pytest.raises(ExteryError) as caught:
        one.run()
    assert caught.value.code == "fetch.hash"
    assert not one.to.exists()


def test_pieces_of_many_downloads_share_the_connections_of_the_fetcher(
    tmp_path: Path, web: Web
) -> None:
    with Fetcher(retry_policy=QUICK, connections=1) as fetcher:
        for _ in range(1):
            assert fetcher.additional_connections.acquire(blocking=False)
        one = Download(tmp_path, web, fetcher)

        assert one.run() == [""]


def test_the_reserved_connections_are_free_again_after_a_failure(
    web: Web, one: Download, fetcher: Fetcher
) -> None:
    web.fail("/a.zip", *[status(404)] * 9)
    with pytest.raises(ExteryError):
        one.run()

    free = 0
    while fetcher.additional_connections.acquire(blocking=False):
        free += 1
    assert free == 8


def test_many_connections_do_not_mean_many_pieces_in_memory() -> None:
    with Fetcher(connections=100) as fetcher:
        free = 0
        while fetcher.additional_connections.acquire(blocking=False):
            free += 1

    assert free == MAX_ADDITIONAL_CONNECTIONS


def test_a_piece_that_drips_does_not_outlive_the_fetcher(web: Web, tmp_path: Path) -> None:
    web.fail("/a.zip", no_fault(), *[drip(0.01)] * 4)
    with Fetcher(retry_policy=QUICK, connections=8) as fetcher:
        one = Download(tmp_path, web, fetcher)

        def stop(received: int) -> None:
            fetcher.stop()

        with pytest.raises(ExteryError) as caught:
            download(
                request_for(one.url, DATA),
                to=one.to,
                part=one.part,
                fetcher=fetcher,
                on_progress=stop,
                connections=4,
            )
    assert caught.value.code == "fetch.stopped"
    assert DATA.startswith(one.part.read_bytes())
