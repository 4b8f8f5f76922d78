"""A small document, usually a listing, into memory: not at all if it has not changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extery.core.errors import Corrupt, Unavailable
from extery.core.files import human_size
from extery.fetch.addresses import shown
from extery.fetch.fetcher import Fetcher

#: A listing of a quarter of a million extensions; whoever sends more means no good.
LIMIT = 200_000_000


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
    limit: int = LIMIT,
) -> Document | None:
    """The document at ``url``, or ``None`` if it is still the one that ``known`` came with.

    ``compressed`` is whether it may come compressed, as Blender never asks for it.
    """
    sent = {"Accept": "application/json"} | known.headers()
    if not compressed:
        sent["Accept-Encoding"] = "identity"
    return fetcher.persist(url, lambda: _attempt(url, sent, fetcher, limit))


def _attempt(url: str, sent: dict[str, str], fetcher: Fetcher, limit: int) -> Document | None:
    with fetcher.open(url, sent) as answer:
        if answer.status == 304 and ("If-None-Match" in sent or "If-Modified-Since" in sent):
            return None
        if answer.status not in (200, 203):
            raise Unavailable.of(
                "fetch.status",
                f"{shown(url)} answers {answer.status}, which is no document",
                hint="check the address",
            )
        body = bytearray()
        for block in answer.blocks:
            body += block
            if len(body) > limit:
                raise Corrupt.of(
                    "fetch.too-long",
                    f"{shown(url)} sends more than {human_size(limit)}",
                    hint="check the address; a listing is much smaller",
                )
        found = Validators(answer.headers.get("etag", ""), answer.last_modified)
        return Document(bytes(body), found, answer.headers)
