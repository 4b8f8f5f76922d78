"""The parser of requests: that of waitress, stricter and with bounded bodies.

Bodies over `MEMORY_PER_BODY` go to temporary files. A `SpoolQuota` bounds the sum of these, so
that unfinished uploads cannot fill the disk, and the part of each client address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import (
    BadRequest,
    Error,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)

from extery.core.cached_property import cached_property
from extery_site.project.body_limit import ADDRESS_SHARE, NO_SPACE, TOO_LARGE

#: Larger bodies go to a temporary file.
MEMORY_PER_BODY = 65_536
#: Longest line between two chunks of a body, and longest trailer after the last.
MAX_CHUNK_LINE = 4096
MAX_TRAILER = 16_384
#: Bytes of lines between chunks from which on the data must have at least as many. Each chunk
#: costs the loop as much as thousands of bytes.
MAX_CHUNK_OVERHEAD = 4_096
MAX_HEADERS = 100


class BodyRefused(Error):  # type: ignore[misc]
    """A body over a limit, which is not read further; the application writes the response."""

    def __init__(self, reason_code: str) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code


class SpoolQuota:
    """Limits the bytes of request bodies in temporary files: of all clients, and of each address."""

    def __init__(self, max_bytes: int, max_bytes_of_address: int | None = None) -> None:
        self.max_bytes = max_bytes
        self.max_bytes_of_address = max_bytes_of_address
        self.used = 0
        self._used_by: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, number: int, address: str) -> str | None:
        """Reserve ``number`` bytes, or return the reason why that many are not left."""
        maximum = self.max_bytes_of_address
        with self._lock:
            if maximum is not None and self._used_by[address] + number > maximum:
                return ADDRESS_SHARE
            if self.used + number > self.max_bytes:
                return NO_SPACE
            self.used += number
            self._used_by[address] += number
            return None

    def release(self, number: int, address: str) -> None:
        """Release bytes that an address has taken before."""
        with self._lock:
            self.used -= number
            self._used_by[address] -= number
            if not self._used_by[address]:
                del self._used_by[address]


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request until it is ``completed`` or refused with an ``error``.

    ``address_of`` returns the address of the client by the header X-Forwarded-For.
    """

    error: Error | None = None
    empty: bool

    def __init__(
        self,
        adj: Any,
        *,
        max_body: int,
        quota: SpoolQuota,
        address_of: Callable[[str], str],
    ) -> None:
        super().__init__(adj)
        self._max_body = max_body
        self._address_of = address_of
        self._quota = quota
        self._spooled = 0

    def received(self, data: bytes) -> int:
        """Read a part of the request, and return how many bytes of ``data`` belong to it."""
        try:
            consumed = int(super().received(data))
        except OSError:
            self.error = BodyRefused(NO_SPACE)
        else:
            if self.empty:
                self.error = BadRequest("Request without a request line")
                self.empty = False
            self.error = self.error or self._fault()
        if self.error is None:
            return consumed
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = BodyRefused(TOO_LARGE)
        # Waitress would ask the client for the body, and read it, before it refuses it.
        self.expect_continue = False
        self.completed = True
        return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and headers; refuse bodies whose length proxies could misread."""
        # The request line and the empty line at the end are no headers.
        if header_plus.count(b"\n") > MAX_HEADERS + 2:
            self.error = RequestHeaderFieldsTooLarge(f"more than {MAX_HEADERS} headers")
            header_plus = b"GET / HTTP/1.0\r\n"
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding in one request")
        if "TRANSFER_ENCODING" in self.headers:
            raise ParsingError(f"Transfer-Encoding in HTTP/{self.version}")

    @property
    def is_in_large_body(self) -> bool:
        """Whether the next bytes are a body of known length, or one whose chunks are not small."""
        return self.content_length > 0 or len(self.body_rcv or b"") > MEMORY_PER_BODY

    @cached_property
    def address(self) -> str:
        """The address of the client; only when the headers have been read."""
        return self._address_of(self.headers.get("X_FORWARDED_FOR", ""))

    def close(self) -> None:
        """Drop the body."""
        super().close()
        spooled, self._spooled = self._spooled, 0
        if spooled:
            self._quota.release(spooled, self.address)

    def _fault(self) -> Error | None:
        """Return what is wrong with the body so far, or ``None``."""
        if max(self.content_length, len(self.body_rcv or b"")) > self._max_body:
            return BodyRefused(TOO_LARGE)
        if self.chunked and self.body_rcv is not None:
            if len(self.body_rcv.control_line) > MAX_CHUNK_LINE:
                return BadRequest("Chunk header is too long")
            if len(self.body_rcv.trailer) > MAX_TRAILER:
                return BadRequest("Trailer is too long")
            overhead = self.body_bytes_received - len(self.body_rcv)
            if overhead > max(MAX_CHUNK_OVERHEAD, len(self.body_rcv)):
                return BadRequest("Chunks are too small")
        grown = max(0, self.body_bytes_received - MEMORY_PER_BODY) - self._spooled
        if grown > 0:
            if reason := self._quota.take(grown, self.address):
                return BodyRefused(reason)
            self._spooled += grown
        return None
