"""What a server answers: the status, the headers, and the body as the bytes on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from extery.fetch.retry import DATE_ERRORS

#: A longer entity tag or date is not kept: it would be written down and sent back each time.
MAX_VALIDATOR_LENGTH = 1_000
# Digits as HTTP has them, and no more of them than any file has bytes.
_NUMBER = re.compile(r"[0-9]{1,19}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19}|\*)")


@dataclass(frozen=True)
class Response:
    """Headers have names in lower case; repeated ones are one, with commas between the values.

    ``blocks`` are the bytes as they travel: what is compressed stays compressed.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    blocks: Iterator[bytes]

    @property
    def length(self) -> int | None:
        """The announced number of bytes on the wire, if there is one that can be right."""
        text = self.headers.get("content-length", "")
        return int(text) if _NUMBER.fullmatch(text) else None

    @property
    def etag(self) -> str:
        """The entity tag; empty if it is missing or cannot be stored."""
        text = self.headers.get("etag", "")
        return text if len(text) <= MAX_VALIDATOR_LENGTH else ""

    @property
    def last_modified(self) -> str:
        """The time of the content, if it tells this content from a later one.

        It has whole seconds, so what changed in the second of the answer may change in it again.
        """
        text, date = self.headers.get("last-modified", ""), self.headers.get("date", "")
        if max(len(text), len(date)) > MAX_VALIDATOR_LENGTH:
            return ""
        try:
            age = parsedate_to_datetime(date) - parsedate_to_datetime(text)
        except DATE_ERRORS:
            return ""
        return text if age.total_seconds() > 1 else ""

    def continues(self, start: int, size: int) -> bool:
        """Whether this is the part from ``start`` on of a file of ``size`` bytes."""
        found = _CONTENT_RANGE.fullmatch(self.headers.get("content-range", "").strip())
        if self.status != 206 or found is None:
            return False
        first, last, total = found.groups()
        is_of_file = total == "*" or int(total) == size
        return int(first) == start <= int(last) < size and is_of_file
