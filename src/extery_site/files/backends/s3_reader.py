"""An S3 object as a file object, which resumes after a broken connection."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, HTTPClientError
from urllib3.exceptions import HTTPError

from extery.core.errors import Unavailable

#: Maximum attempts without progress.
_MAX_ATTEMPTS = 3
_RANGE = re.compile(r"bytes [0-9]+-[0-9]+/([0-9]+)")

#: Request the bytes from an offset up to another one, or up to the end.
Get = Callable[[int, "int | None"], dict[str, Any]]


class S3Reader(io.RawIOBase):
    """Reads an object from ``start`` up to ``stop``, or up to its end.

    The constructor makes the first request, so that it fails for a missing object. `seek` makes a
    new request. A broken connection is replaced by a request for the remaining bytes, which fails if
    the object was replaced meanwhile.
    """

    def __init__(self, get: Get, start: int = 0, stop: int | None = None) -> None:
        self._get = get
        self._start = start
        self._position = start
        self._body: Any = None
        self._etag = ""
        self._stop = stop
        self.size = 0
        """The size of the whole object in bytes."""
        self._request()

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether `seek` works."""
        return True

    def tell(self) -> int:
        """The position in the range."""
        return self._position - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in the range; the next `read` makes a request."""
        end = self._end - self._start
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: end}[whence]
        position = self._start + min(max(0, base + offset), end)
        if position != self._position:
            self._drop()
            self._position = position
        return self.tell()

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; 0 at the end."""
        wanted = min(len(buffer), self._end - self._position)
        if wanted <= 0:
            return 0
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            try:
                if self._body is None:
                    self._request()
                data = self._body.read(wanted)
            except (BotoCoreError, HTTPClientError, HTTPError, OSError) as error:
                self._drop()
                if attempt == _MAX_ATTEMPTS:
                    raise _unavailable("connection-broken") from error
                continue
            if data:
                buffer[: len(data)] = data
                self._position += len(data)
                return len(data)
            # The server closed the connection without an error, but too early.
            self._drop()
        raise _unavailable("incomplete")

    def close(self) -> None:
        """Close the connection."""
        self._drop()
        super().close()

    def _request(self) -> None:
        response = self._get(self._position, self._stop)
        etag = str(response.get("ETag", ""))
        if self._etag and etag != self._etag:
            response["Body"].close()
            raise _unavailable("replaced")
        if not self._etag:
            self._etag = etag
            match = _RANGE.fullmatch(response.get("ContentRange", ""))
            self.size = int(match[1]) if match else int(response["ContentLength"])
            self._end = self.size if self._stop is None else min(self._stop, self.size)
        self._body = response["Body"]

    def _drop(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            with suppress(HTTPError, OSError):
                body.close()


def _unavailable(variant: str) -> Unavailable:
    return Unavailable.of("storage.unavailable", variant=variant)
