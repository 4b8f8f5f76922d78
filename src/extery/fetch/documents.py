"""A small document, usually a listing, into memory: not at all if it has not changed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extery.core.errors import Corrupt, Unavailable
from extery.core.files import human_size
from extery.fetch.addresses import parts_of, redact_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, decoded, encodings
from extery.fetch.fetcher import MAX_DOCUMENT_SIZE, Fetcher
from extery.fetch.response import Response

#: Bytes of a document that is a local file, which a server cannot choose.
MAX_LOCAL_DOCUMENT_SIZE = 200_000_000
#: Reading JSON makes up to 350 bytes of memory of 3 bytes of text, so a document may not have more objects and
#: lists, or keys and values, than one for so many bytes. Real listings have one for 170, and for 20.
BYTES_PER_CONTAINER, BYTES_PER_VALUE = 80, 13


@dataclass(frozen=True)
class Validators:
    """What a server gave with a document, to ask later whether it has changed."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """For a conditional request; empty if there is nothing to compare."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        # What is not ASCII cannot be sent back.
        return {name: value for name, value in pairs.items() if value and value.isascii()}


@dataclass(frozen=True)
class Document:
    """A document as it arrived, unpacked if it was compressed on the way."""

    body: bytes
    validators: Validators
    headers: Mapping[str, str]


def get_document(
    url: str,
    *,
    fetcher: Fetcher,
    known: Validators = Validators(),
    compressed: bool = True,
    limit: int = 0,
) -> Document | None:
    """The document at ``url``, or ``None`` if it is still the one that ``known`` came with.

    ``compressed`` is whether it may come compressed, as Blender never asks for it. ``limit`` is
    for its bytes on the wire and for what they unpack to; by default that of the fetcher.
    """
    if not limit:
        is_local = parts_of(url).scheme == "file"
        limit = MAX_LOCAL_DOCUMENT_SIZE if is_local else fetcher.max_document_size
    encodings_asked = encodings() if compressed else ()
    sent = {
        "Accept": "application/json",
        "Accept-Encoding": ", ".join(encodings_asked) or IDENTITY,
    } | known.headers()
    deadline = Deadline(fetcher.patience.max_seconds)

    def attempt() -> Document | None:
        with fetcher.open(url, sent, deadline) as answer:
            if answer.status == 304 and known.headers():
                return None
            return _read(answer, encodings_asked, limit)

    return fetcher.persist(url, attempt, deadline)


def _read(answer: Response, asked: Sequence[str], limit: int) -> Document:
    if answer.status not in (200, 203):
        raise Unavailable.of(
            "fetch.status",
            f"{redact_url(answer.url)} answers {answer.status}, which is no document",
            hint="check the address",
        )
    if (answer.length or 0) > limit:
        raise _too_long(answer, limit)
    on_wire = Response(
        answer.url, answer.status, answer.headers, _limited(answer, answer.blocks, limit)
    )
    # Its value is its own memory; bytes made of a bytearray would be a second copy.
    body = io.BytesIO()
    for block in _limited(answer, decoded(on_wire, asked), limit):
        body.write(block)
    data = body.getvalue()
    _check_values(answer, data, limit)
    return Document(data, Validators(answer.etag, answer.last_modified), answer.headers)


def _limited(answer: Response, blocks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    received = 0
    for block in blocks:
        received += len(block)
        if received > limit:
            raise _too_long(answer, limit)
        yield block


def _too_long(answer: Response, limit: int) -> Corrupt:
    return Corrupt.of(
        "fetch.too-long",
        f"{redact_url(answer.url)} sends more than {human_size(limit)}",
        hint="check the address; if its listing is that large, allow it with --max-listing",
    )


def _check_values(answer: Response, data: bytes, limit: int) -> None:
    """Refuse JSON that is small as text and huge as Python objects.

    Punctuation is counted, also that inside of strings: each value but the first of a container
    has a comma before it.
    """
    containers = data.count(b"[") + data.count(b"{")
    size = max(limit, MAX_DOCUMENT_SIZE)
    most, most_values = size // BYTES_PER_CONTAINER, size // BYTES_PER_VALUE
    if containers <= most and containers + data.count(b",") + data.count(b":") <= most_values:
        return
    raise Corrupt.of(
        "fetch.too-long",
        f"{redact_url(answer.url)} has more than {most_values:,} values, or {most:,} objects and lists",
        hint="check the address; if its listing is that large, allow it with --max-listing",
    )
