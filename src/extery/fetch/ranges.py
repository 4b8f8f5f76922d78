"""Ranges of one remote file: every response must be exactly the requested range of the same file.

Servers may ignore ranges, refuse them, cut them short or send those of another version of the file. Anything
but the requested bytes is an error, and no more than these are read.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, NamedTuple

from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, content_encoding
from extery.fetch.fetcher import Fetcher
from extery.fetch.response import Response
from extery.fetch.retry import TransientError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Maximum bytes of a range, which is read into memory.
MAX_RANGE_SIZE = 16 << 20
#: Attempts of a range after the first range of the file has been received.
_ATTEMPTS = 2


class UnusableRange(Exception):
    """The server does not send the requested range of the file."""


class Range(NamedTuple):
    """The bytes of a file from ``start`` to before ``end``."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


class RangeReader:
    """Reads ranges of a file of ``size`` bytes. Thread-safe.

    ``validator`` is that of an earlier response; without one, that of the first response is used for
    all later requests. A response with an entity tag or date other than the first is refused.
    """

    def __init__(
        self, url: str, size: int, *, fetcher: Fetcher, deadline: Deadline, validator: str = ""
    ) -> None:
        self.size = size
        self.validator = validator
        #: Requests that were sent, and bytes of ranges that were received.
        self.requests = 0
        self.received = 0
        self._url = url
        self._fetcher = fetcher
        self._deadline = deadline
        self._identity: tuple[str, str] | None = None
        self._lock = threading.Lock()

    def expect_file_of(self, response: Response) -> None:
        """Accept only ranges of the file of ``response``; raises `UnusableRange` if it is another already."""
        identity = response.etag, response.headers.get("last-modified", "")
        with self._lock:
            if self._identity not in (None, identity):
                raise UnusableRange("the file has changed")
            self._identity = identity
            self.validator = self.validator or response.validator
            self._url = response.url  # later requests need not follow redirects again

    def read(self, start: int, end: int, is_cancelled: Callable[[], bool] = lambda: False) -> bytes:
        """Return the bytes from ``start`` to before ``end``.

        Raises `UnusableRange`, and the errors of `Fetcher.open`. A transfer that was interrupted is tried
        once more, unless it is the first.
        """
        if not 0 <= start < end <= self.size or end - start > MAX_RANGE_SIZE:
            raise UnusableRange(f"{start}-{end} of {self.size}")
        for attempt in range(1, _ATTEMPTS + 1):
            is_last = attempt == _ATTEMPTS or self._identity is None
            try:
                return self._read(start, end, is_cancelled)
            except TransientError as error:
                # A busy server may refuse only the additional connections.
                if is_last or error.code == "fetch.busy" or is_cancelled():
                    raise
        raise AssertionError

    def _read(self, start: int, end: int, is_cancelled: Callable[[], bool]) -> bytes:
        headers = {"Accept-Encoding": IDENTITY, "Range": f"bytes={start}-{end - 1}"}
        with self._lock:
            self.requests += 1
            if self.validator and self.validator.isascii():
                headers["If-Range"] = self.validator
        with self._fetcher.open(self._url, headers, self._deadline) as response:
            self._check(response, start, end)
            data = BytesIO()  # getvalue() shares its buffer
            for block in response.blocks:
                with self._lock:
                    self.received += len(block)
                data.write(block)
                if data.tell() > end - start or is_cancelled():
                    raise UnusableRange("too long" if data.tell() > end - start else "cancelled")
        if data.tell() != end - start:
            raise UnusableRange("too short")
        return data.getvalue()

    def _check(self, response: Response, start: int, end: int) -> None:
        is_range = response.is_range(start, end, self.size)
        if not is_range or content_encoding(response.headers) != IDENTITY:
            raise UnusableRange(f"status {response.status}")
        self.expect_file_of(response)


class ReadAhead:
    """Iterates over the bytes of ``ranges`` in their order, while the next ones are received already.

    At most ``connections`` ranges are in memory besides the current one. `close` it at the end.
    """

    def __init__(self, reader: RangeReader, ranges: Sequence[Range], *, connections: int) -> None:
        self._reader = reader
        self._rest = deque(ranges)
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="extery-range")
        self._waiting: deque[Future[bytes]] = deque()
        for _ in range(connections):
            self._submit()

    def _submit(self) -> None:
        if self._rest:
            self._waiting.append(self._pool.submit(self._read, *self._rest.popleft()))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._waiting:
            raise StopIteration
        data = self._waiting.popleft().result()
        self._submit()
        return data

    def _read(self, start: int, end: int) -> bytes:
        try:
            return self._reader.read(start, end, self._stopped.is_set)
        except BaseException:
            self._stopped.set()  # the others are of no use
            raise

    def close(self) -> None:
        """Stop receiving."""
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def additional_connections(fetcher: Fetcher, wanted: int) -> Iterator[int]:
    """Reserve up to ``wanted`` connections beyond one for each transfer; the block gets their number.

    Their total is limited, so that the memory of many transfers at once is.
    """
    slots = fetcher.additional_connections
    taken = 0
    try:
        while taken < wanted and slots.acquire(blocking=False):
            taken += 1
        yield taken
    finally:
        for _ in range(taken):
            slots.release()


class RemoteTail(RawIOBase):
    """A part of a remote file as a seekable file, of which only the end is fetched.

    The first read fetches ``expected`` bytes at the end; reads before them fetch more. After ``limit`` bytes
    they raise `UnusableRange`. ``data`` is the part of the end that is known already.
    """

    def __init__(
        self, reader: RangeReader, part: Range, *, expected: int, limit: int, data: bytes = b""
    ) -> None:
        super().__init__()
        self._reader = reader
        self._part = part
        self._expected = max(1, min(expected, part.size, limit))
        self._limit = limit
        self._place = 0
        #: The bytes that have been fetched, up to the end.
        self.data = data

    @property
    def start(self) -> int:
        """The offset of ``data`` in the remote file."""
        return self._part.end - len(self.data)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = max(0, (0, self._place, self._part.size)[whence] + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self._part.size - self._place)]
        if not view:
            return 0
        self._extend_to(self._part.start + self._place)
        skip = self._part.start + self._place - self.start
        view[:] = self.data[skip : skip + len(view)]
        self._place += len(view)
        return len(view)

    def _extend_to(self, place: int) -> None:
        if place >= self.start and self.data:
            return
        # Doubled at least, so that a file with many small reads costs few requests.
        wanted = max(self._expected, 2 * len(self.data), self._part.end - place)
        if self._part.end - place > self._limit:
            raise UnusableRange("the end is too long")
        wanted = min(wanted, self._limit, self._part.size)
        self.data = self._reader.read(self._part.end - wanted, self.start) + self.data
