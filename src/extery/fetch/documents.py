"""Fetch a small document, usually a listing, into memory, with a conditional request."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extery.core.errors import Corrupt, NotFound, Unavailable
from extery.core.files import format_size
from extery.fetch.addresses import REMOTE, redact_url, split_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY, decode_body, supported_encodings
from extery.fetch.fetcher import MAX_DOCUMENT_SIZE, Fetcher
from extery.fetch.repository_addresses import check_received_document
from extery.fetch.response import Response

#: Maximum bytes of a document that is a local file.
MAX_LOCAL_DOCUMENT_SIZE = 200_000_000
#: Minimum bytes of a document per object or list, and per key or value: parsing 3 bytes of JSON takes up
#: to 350 bytes of memory. Real listings have 170 and 20.
BYTES_PER_CONTAINER, BYTES_PER_VALUE = 80, 13


@dataclass(frozen=True)
class Validators:
    """Validators of a document, for a later conditional request."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request; empty without validators."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        # Headers are ASCII.
        return {name: value for name, value in pairs.items() if value and value.isascii()}


@dataclass(frozen=True)
class Document:
    """A decoded document with its headers and validators; ``url`` is where redirects have led."""

    body: bytes
    validators: Validators
    headers: Mapping[str, str]
    url: str = ""


def get_document(
    url: str,
    *,
    fetcher: Fetcher,
    validators: Validators = Validators(),
    compressed: bool = True,
    limit: int = 0,
) -> Document | None:
    """Fetch the document at ``url``; ``None`` if it has not changed since ``validators``.

    ``compressed`` allows compressed transfer, which Blender never requests. ``limit`` is the
    maximum number of bytes, on the wire and decoded; by default that of the fetcher. Raises `InvalidListing`
    for a web page or a package, with the address that was probably meant.
    """
    if not limit:
        is_local = split_url(url).scheme == "file"
        limit = MAX_LOCAL_DOCUMENT_SIZE if is_local else fetcher.max_document_size
    encodings = supported_encodings() if compressed else ()
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": ", ".join(encodings) or IDENTITY,
    } | validators.headers()
    deadline = Deadline(fetcher.retry_policy.max_seconds)

    def attempt() -> Document | None:
        with fetcher.open(url, headers, deadline) as response:
            if response.status == 304 and validators.headers():
                return None
            document = read_document(response, encodings, limit)
            check_received_document(url, response.url, document.body)
            return document

    try:
        return fetcher.with_retries(url, attempt, deadline)
    except NotFound as error:
        if not _may_be_folder(url):
            raise
        raise NotFound(
            *(problem.with_values(variant="document") for problem in error.problems)
        ) from error


def _may_be_folder(url: str) -> bool:
    """Return whether ``url`` may be that of the folder of a listing, to which a browser adds a name."""
    parts = split_url(url)
    return parts.scheme in REMOTE and not parts.path.endswith(".json")


def read_document(response: Response, encodings: Sequence[str], limit: int) -> Document:
    """Return the document of a response, within ``limit`` bytes on the wire and decoded."""
    if response.status not in (200, 203):
        raise Unavailable.of(
            "fetch.status",
            variant="document",
            url=redact_url(response.url),
            status=response.status,
        )
    if (response.length or 0) > limit:
        raise _too_long_error(response, limit)
    on_wire = Response(
        response.url, response.status, response.headers, _limited(response, response.blocks, limit)
    )
    # getvalue() shares the buffer; bytes(bytearray) would copy it.
    body = io.BytesIO()
    for block in _limited(response, decode_body(on_wire, encodings), limit):
        body.write(block)
    data = body.getvalue()
    _check_values(response, data, limit)
    return Document(
        data, Validators(response.etag, response.last_modified), response.headers, response.url
    )


def _limited(response: Response, blocks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    received = 0
    for block in blocks:
        received += len(block)
        if received > limit:
            raise _too_long_error(response, limit)
        yield block


def _too_long_error(response: Response, limit: int) -> Corrupt:
    return Corrupt.of("fetch.too-long", url=redact_url(response.url), limit=format_size(limit))


def _check_values(response: Response, data: bytes, limit: int) -> None:
    """Refuse JSON that is small as text but huge as Python objects.

    Counts punctuation, including that within strings: each value but the first of a container
    follows a comma.
    """
    containers = data.count(b"[") + data.count(b"{")
    size = max(limit, MAX_DOCUMENT_SIZE)
    max_containers, max_values = size // BYTES_PER_CONTAINER, size // BYTES_PER_VALUE
    values = containers + data.count(b",") + data.count(b":")
    if containers > max_containers or values > max_values:
        raise Corrupt.of(
            "fetch.too-long",
            variant="values",
            url=redact_url(response.url),
            values=max_values,
            containers=max_containers,
        )
