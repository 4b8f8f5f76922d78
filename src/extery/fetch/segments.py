"""The body of a large file over several connections: its pieces in order, or one stream if the server refuses.

One connection often has a fraction of the bandwidth of a line. A server that answers the first request, for
a range, with the whole file costs nothing, and one that limits connections gets one request for the rest.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace

from extery.core.errors import ExteryError
from extery.core.files import format_size
from extery.fetch.addresses import REMOTE, origin_of, redact_url, split_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, content_encoding
from extery.fetch.fetcher import Fetcher
from extery.fetch.ranges import (
    Range,
    RangeReader,
    ReadAhead,
    UnusableRange,
    additional_connections,
)
from extery.fetch.response import Response
from extery.fetch.retry import TransientError

#: Files of which fewer bytes are missing are received as one stream.
MIN_SIZE = 4 << 20
#: Limits of the size of a piece; there is one in memory for each connection.
MIN_PIECE, MAX_PIECE = 1 << 20, 3 << 20


def piece_size(missing: int, connections: int) -> int:
    """Return the size of pieces, so that all of a file that is not too large arrive at the same time."""
    return min(max(-(-missing // connections), MIN_PIECE), MAX_PIECE)


class RemoteFile:
    """Opens the rest of a file of ``size`` bytes, over up to ``connections`` connections.

    After a problem with ranges there is one connection only, for all later files of the server, too.
    """

    def __init__(
        self, url: str, size: int, *, fetcher: Fetcher, deadline: Deadline, connections: int = 1
    ) -> None:
        self.connections = connections
        #: Whether the last body came from several responses.
        self.has_pieces = False
        self._url = url
        self._size = size
        self._fetcher = fetcher
        self._deadline = deadline

    @contextmanager
    def open(self, start: int, validator: str) -> Iterator[Response]:
        """Request the bytes from ``start`` on, of the same file as ``validator``.

        The response is that of `Fetcher.open`; its blocks may come from several connections.
        """
        self.has_pieces = False
        with ExitStack() as stack:
            others = stack.enter_context(additional_connections(self._fetcher, self._others(start)))
            response = None
            piece = piece_size(self._size - start, 1 + others)
            if others:
                response = self._open_first_piece(stack, start, start + piece, validator)
            if response is None:
                response = stack.enter_context(self._request(f"{start}-", start, validator))
            elif response.is_range(start, start + piece, self._size):
                self.has_pieces = True
                blocks = self._blocks(response, Range(start, start + piece), others)
                response = replace(response, blocks=stack.enter_context(closing(blocks)))
            yield response

    def _others(self, start: int) -> int:
        """Return how many other connections may help to receive the rest."""
        is_large = self._size - start >= MIN_SIZE and split_url(self._url).scheme in REMOTE
        origin = origin_of(self._url)
        is_refused = origin in self._fetcher.single_connection_origins
        return self.connections - 1 if is_large and not is_refused else 0

    def _open_first_piece(
        self, stack: ExitStack, start: int, end: int, validator: str
    ) -> Response | None:
        """Return the response for the first piece, or for the whole file; ``None`` if it is refused."""
        attempt = stack.enter_context(ExitStack())
        try:
            response = attempt.enter_context(self._request(f"{start}-{end - 1}", start, validator))
        except TransientError:
            self.connections = 1
            raise
        except ExteryError:  # raised again by the next request if it is not about the range
            self._fetcher.raise_if_stopped()
        else:
            if response.status != 416:
                return response
            attempt.close()
        self._refuse()
        return None

    def _request(self, span: str, start: int, validator: str) -> AbstractContextManager[Response]:
        headers = {"Accept-Encoding": IDENTITY}
        if span != "0-":
            headers["Range"] = f"bytes={span}"
        if start and validator:
            headers["If-Range"] = validator
        return self._fetcher.open(self._url, headers, self._deadline)

    def _blocks(
        self, response: Response, first: Range, others: int
    ) -> Generator[bytes, None, None]:
        """Yield the body of ``response``, which is ``first``, and the rest, received meanwhile."""
        reader = RangeReader(self._url, self._size, fetcher=self._fetcher, deadline=self._deadline)
        reader.expect_file_of(response)
        position = first.end
        starts = range(position, self._size, first.size)
        ranges = [Range(start, min(start + first.size, self._size)) for start in starts]
        with closing(ReadAhead(reader, ranges, connections=others)) as pieces:
            received = 0
            for block in response.blocks:
                received += len(block)
                yield block
            if received != first.size:
                raise self._cut_off_error()
            try:
                for piece in pieces:
                    yield piece
                    position += len(piece)
            except (ExteryError, UnusableRange):
                self._refuse()
        if position < self._size:
            yield from self._rest(position, response.validator)

    def _rest(self, position: int, validator: str) -> Iterator[bytes]:
        with self._request(f"{position}-", position, validator) as response:
            is_plain = content_encoding(response.headers) == IDENTITY
            if not is_plain or not response.continues(position, self._size):
                raise self._cut_off_error()
            yield from response.blocks

    def _refuse(self) -> None:
        self.connections = 1
        self._fetcher.single_connection_origins.add(origin_of(self._url))

    def _cut_off_error(self) -> TransientError:
        return TransientError.of(
            "fetch.cut-off", url=redact_url(self._url), size=format_size(self._size)
        )
