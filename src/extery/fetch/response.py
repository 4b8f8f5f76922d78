"""An HTTP response: status, headers, and the body as an iterator of bytes as received."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from extery.fetch.retry import DATE_ERRORS

#: Longer entity tags and dates are ignored: they would be stored and sent with each request.
MAX_VALIDATOR_LENGTH = 1_000
# ASCII digits only, at most as many as the size of a file can have.
_NUMBER = re.compile(r"[0-9]{1,19}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19}|\*)")


@dataclass(frozen=True)
class Response:
    """A response whose body has not been read yet.

    Header names are in lower case, repeated headers are joined by commas. ``blocks`` yields the
    body as received: compressed content stays compressed.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    blocks: Iterator[bytes]

    @property
    def length(self) -> int | None:
        """``Content-Length``, or ``None`` if it is missing or invalid."""
        text = self.headers.get("content-length", "")
        return int(text) if _NUMBER.fullmatch(text) else None

    @property
    def etag(self) -> str:
        """The entity tag; empty if it is missing or too long."""
        text = self.headers.get("etag", "")
        return text if len(text) <= MAX_VALIDATOR_LENGTH else ""

    @property
    def last_modified(self) -> str:
        """``Last-Modified`` if it is a strong validator (RFC 9110, 8.8.2.2), else empty.

        It has a resolution of one second, so content may change again within the second in which
        the response was sent.
        """
        text, date = self.headers.get("last-modified", ""), self.headers.get("date", "")
        if max(len(text), len(date)) > MAX_VALIDATOR_LENGTH:
            return ""
        try:
            age = parsedate_to_datetime(date) - parsedate_to_datetime(text)
        except DATE_ERRORS:
            return ""
        return text if age.total_seconds() > 1 else ""

    @property
    def validator(self) -> str:
        """The strong validator for ``If-Range``; empty if there is none.

        A weak entity tag does not guarantee equal bytes.
        """
        return self.etag if self.etag.startswith('"') else self.last_modified

    def is_range(self, start: int, end: int, size: int) -> bool:
        """Whether this is a 206 response with exactly the bytes from ``start`` to before ``end``."""
        if self.length not in (None, end - start):
            return False
        return self.continues(start, size) and self._range_end == end

    @property
    def _range_end(self) -> int:
        match = _CONTENT_RANGE.fullmatch(self.headers.get("content-range", "").strip())
        return int(match[2]) + 1 if match else 0

    def continues(self, start: int, size: int) -> bool:
        """Whether this is a 206 response with the bytes from ``start`` of a file of ``size`` bytes."""
        match = _CONTENT_RANGE.fullmatch(self.headers.get("content-range", "").strip())
        if self.status != 206 or match is None:
            return False
        first, last, total = match.groups()
        is_of_file = total == "*" or int(total) == size
        return int(first) == start <= int(last) < size and is_of_file
