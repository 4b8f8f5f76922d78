"""A range is exactly what was requested, or an error."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from extery.core.errors import ExteryError
from extery.fetch import Fetcher
from extery.fetch.deadline import Deadline
from extery.fetch.ranges import Range, RangeReader, ReadAhead, RemoteTail, UnusableRange
from tests.fetch.web import (
    Fault,
    Handler,
    Web,
    cut_off,
    encoded,
    endless,
    raw,
    redirect,
    short_range,
    state_etag,
    state_range,
    status,
    without_ranges,
)

DATA = os.urandom(300_000)


def reader_of(url: str, fetcher: Fetcher, size: int = len(DATA)) -> RangeReader:
    return RangeReader(url, size, fetcher=fetcher, deadline=Deadline(60))


def test_a_range_is_read(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)

    assert reader.read(10, 20) == DATA[10:20]
    assert reader.read(0, 1) == DATA[:1]
    assert reader.read(299_990, 300_000) == DATA[-10:]
    assert (reader.requests, reader.received) == (3, 21)
    first, second, _ = web.requests_of("/a")
    assert first["range"] == "bytes=10-19"
    assert first["accept-encoding"] == "identity"
    assert "if-range" not in first
    assert second["if-range"] == reader.validator != ""


def test_a_range_of_a_local_file_is_read(tmp_path: Path, fetcher: Fetcher) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(DATA)
    reader = reader_of(path.as_uri(), fetcher)

    assert reader.read(0, 20) == DATA[:20]
    assert reader.read(100, 200) == DATA[100:200]
    path.write_bytes(DATA[:-1] * 2)
    with pytest.raises(UnusableRange):
        reader.read(100, 200)


@pytest.mark.parametrize(
    ("start", "end"), [(-1, 5), (5, 5), (6, 5), (0, 300_001), (300_000, 300_001)]
)
def test_an_impossible_range_is_not_requested(
    web: Web, fetcher: Fetcher, start: int, end: int
) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)

    with pytest.raises(UnusableRange):
        reader.read(start, end)
    assert web.seen == []


def part(headers: str, body: bytes) -> Fault:
    """Respond with status 206."""
    head = f"HTTP/1.1 206 Partial Content\r\n{headers}\r\nConnection: close\r\n\r\n"
    return raw(head.encode(), body)


@pytest.mark.parametrize(
    "fault",
    [
        without_ranges(),
        short_range(9),
        status(416),
        status(501),
        status(500),
        status(204),
        endless(),
        encoded(DATA[10:20], "gzip"),
        cut_off(5),
        state_range("bytes 11-20/300000"),
        state_range("bytes 10-20/300000"),
        state_range("bytes 10-19/300001"),
        state_range("bytes 10-19/" + "9" * 5_000),
        state_range("bytes */300000"),
        state_range("items 10-19/300000"),
        part("Content-Type: multipart/byteranges; boundary=a", DATA[10:20]),
        part("Content-Range: bytes 10-19/300000", DATA[10:19]),
        part("Content-Range: bytes 10-19/300000", DATA[10:21]),
        part("Content-Range: bytes 10-19/300000\r\nContent-Length: 11", DATA[10:21]),
        part("Content-Range: bytes 10-19/300000\r\nContent-Encoding: gzip", DATA[10:20]),
    ],
    ids=map(str, range(18)),
)
def test_any_other_response_is_refused(web: Web, fetcher: Fetcher, fault: Fault) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    web.fail("/a", fault)

    with pytest.raises((UnusableRange, ExteryError)):
        reader.read(10, 20)
    assert len(web.seen) == 1
    assert reader.received < 200_000


def test_a_whole_file_in_place_of_a_range_is_not_received(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    web.fail("/a", without_ranges())

    with pytest.raises(UnusableRange):
        reader.read(10, 20)
    assert reader.received == 0


def test_an_unknown_total_size_is_accepted(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    web.fail("/a", state_range("bytes 10-19/*"))

    assert reader.read(10, 20) == DATA[10:20]


def test_a_range_of_a_file_that_has_changed_is_refused(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    reader.read(10, 20)
    web.put("/a", DATA[::-1])

    with pytest.raises(UnusableRange, match="200"):
        reader.read(20, 30)


def test_another_entity_tag_is_another_file(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    reader.read(10, 20)
    web.fail("/a", state_etag('W/"weak"'))

    with pytest.raises(UnusableRange, match="changed"):
        reader.read(20, 30)


def test_a_server_without_validators_is_read(web: Web, fetcher: Fetcher) -> None:
    web.has_etags = False
    reader = reader_of(web.put("/a", DATA), fetcher)

    assert reader.read(10, 20) + reader.read(20, 30) == DATA[10:30]
    assert all("if-range" not in seen for seen in web.requests_of("/a"))


def test_a_cut_off_range_is_read_again_once(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    reader.read(0, 1)
    web.fail("/a", cut_off(5), cut_off(5), cut_off(5))

    with pytest.raises(ExteryError):
        reader.read(10, 20)
    assert len(web.seen) == 3
    assert reader.read(10, 20) == DATA[10:20]


def test_a_busy_server_is_not_asked_again(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    reader.read(0, 1)
    web.fail("/a", status(429, Retry_After="1"))

    with pytest.raises(ExteryError):
        reader.read(10, 20)
    assert len(web.seen) == 2


def test_later_ranges_skip_the_redirects_of_the_first(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(f"{web.url}/old", fetcher)
    web.fail("/old", redirect(web.put("/a", DATA)))

    assert reader.read(10, 20) + reader.read(20, 30) == DATA[10:30]
    assert [seen.path for seen in web.seen] == ["/old", "/a", "/a"]


def test_ranges_arrive_in_order_and_few_are_in_memory(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    ranges = [Range(start, start + 5_000) for start in range(0, 300_000, 5_000)]
    ahead = ReadAhead(reader, ranges, connections=3)

    received = []
    for number, data in enumerate(ahead):
        received.append(data)
        assert len(web.seen) <= number + 4
    ahead.close()

    assert b"".join(received) == DATA
    assert web.busiest <= 3


def test_closing_stops_reading_ahead(web: Web, fetcher: Fetcher) -> None:
    reader = reader_of(web.put("/a", DATA), fetcher)
    reader.read(0, 1)
    reached, released = threading.Event(), threading.Event()

    def hold(handler: Handler, body: bytes) -> bool:
        reached.set()
        released.wait(30)
        return False

    web.fail("/a", hold)
    ahead = ReadAhead(reader, [Range(0, 100_000)] * 50, connections=1)
    assert reached.wait(30)
    ahead.close()
    released.set()

    with pytest.raises(UnusableRange):
        next(ahead)
    assert len(web.seen) == 2


class CountingReader(RangeReader):
    """Reads from memory."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def read(self, start: int, end: int, is_cancelled: object = None) -> bytes:
        self.asked.append((start, end))
        return DATA[start:end]


def test_the_end_of_a_file_is_fetched_when_it_is_read() -> None:
    reader = CountingReader()
    tail = RemoteTail(reader, Range(1_000, 201_000), expected=500, limit=100_000)
    file = io.BufferedReader(tail)

    assert reader.asked == []
    file.seek(-20, io.SEEK_END)
    assert file.read(100) == DATA[200_980:201_000]
    assert reader.asked == [(200_500, 201_000)]
    assert tail.data == DATA[200_500:201_000]

    file.seek(199_000)
    assert file.read(300) == DATA[200_000:200_300]
    assert reader.asked[1:] == [(200_000, 200_500)]
    assert tail.start == 200_000

    file.seek(198_900)
    assert file.read(5) == DATA[199_900:199_905]
    assert reader.asked[2:] == [(199_000, 200_000)]


def test_no_more_than_the_limit_of_an_end_is_fetched() -> None:
    reader = CountingReader()
    tail = RemoteTail(reader, Range(0, 200_000), expected=10**9, limit=1_000)

    tail.seek(199_000)
    assert tail.read(10) == DATA[199_000:199_010]
    tail.seek(198_999)
    with pytest.raises(UnusableRange):
        tail.read(10)
    assert reader.asked == [(199_000, 200_000)]
