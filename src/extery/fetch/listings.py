"""Fetch a listing again: nothing if it has not changed, and only its changes where the repository records them.

A repository that records changes is asked for one byte of its listing, if it is another one than the stored. The answer is
a 304 without a body, or a 206 with the validators and the length of the new listing, which its changes must lead to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from extery.core.errors import ExteryError
from extery.fetch.addresses import REMOTE, split_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY
from extery.fetch.documents import Document, Validators, get_document, read_document
from extery.fetch.fetcher import Fetcher
from extery.fetch.listing_changes import fetch_current
from extery.fetch.repository_addresses import check_received_document
from extery.fetch.response import Response
from extery.listing.delta import announces_changes

_LENGTH = re.compile(r"bytes 0-0/([0-9]{1,19})")
_NOT_MODIFIED, _PARTIAL, _OK = 304, 206, 200
#: Errors after which the listing is requested as a whole: some servers refuse ranges.
_REFUSED_RANGE = "fetch.status"


class FetchedListing(NamedTuple):
    """A listing that has changed, and the validators for the next request.

    Without a ``body`` only the validators have changed. ``url`` is that which redirects have led to; empty if it was not
    requested as a whole.
    """

    body: bytes | None
    validators: Validators
    url: str = ""


class _Probe(NamedTuple):
    validators: Validators
    length: int


def fetch_listing(
    url: str,
    *,
    fetcher: Fetcher,
    validators: Validators = Validators(),
    has_changes: bool = False,
    load: Callable[[], bytes] = bytes,
    limit: int = 0,
) -> FetchedListing | None:
    """Return the listing at ``url``, ``None`` if it has not changed since ``validators``.

    ``load`` returns the stored listing, which has a ``changes.json`` if ``has_changes``. ``limit`` is the maximum
    number of bytes, by default that of the fetcher. Raises an `ExteryError`.
    """
    is_remote = split_url(url).scheme in REMOTE
    if has_changes and is_remote:
        probe = _probe(url, validators, fetcher, limit)
        if probe is None:
            return None
        if isinstance(probe, Document):
            return FetchedListing(probe.body, probe.validators, probe.url)
        if probe.length:
            stored = load()
            newest = fetch_current(stored, url, fetcher=fetcher, limit=limit)
            if newest is not None and len(newest) == probe.length:
                return FetchedListing(None if newest == stored else newest, probe.validators)
        validators = Validators()
    document = get_document(url, fetcher=fetcher, validators=validators, limit=limit)
    if document is None:
        return None
    if is_remote and "content-encoding" in document.headers and announces_changes(document.body):
        validators = _validators_of_plain(url, document, fetcher)
        return FetchedListing(document.body, validators, document.url)
    return FetchedListing(document.body, document.validators, document.url)


def _validators_of_plain(url: str, document: Document, fetcher: Fetcher) -> Validators:
    """Return the validators of the listing without compression: those of the compressed one may be others."""
    try:
        probe = _probe(url, Validators(), fetcher, len(document.body))
    except ExteryError:
        return document.validators
    if (
        isinstance(probe, _Probe)
        and probe.length == len(document.body)
        and probe.validators.last_modified == document.validators.last_modified
    ):
        return probe.validators
    return document.validators


def _probe(
    url: str, validators: Validators, fetcher: Fetcher, limit: int
) -> _Probe | Document | None:
    """Request one byte of a listing that has changed; ``None`` if it has not.

    The length is 0 if the answer is of no use. A server that ignores ranges answers with the whole document.
    """
    limit = limit or fetcher.max_document_size
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": IDENTITY,
        "Range": "bytes=0-0",
    } | validators.headers()
    deadline = Deadline(fetcher.retry_policy.max_seconds)

    def attempt() -> _Probe | Document | None:
        with fetcher.open(url, headers, deadline) as response:
            if response.status == _NOT_MODIFIED and validators.headers():
                return None
            if response.status == _OK:
                document = read_document(response, (), limit)
                check_received_document(url, response.url, document.body)
                return document
            return _read_probe(response)

    try:
        return fetcher.with_retries(url, attempt, deadline)
    except ExteryError as error:
        if error.code != _REFUSED_RANGE:
            raise
        return _Probe(Validators(), 0)


def _read_probe(response: Response) -> _Probe:
    match = _LENGTH.fullmatch(response.headers.get("content-range", "").strip())
    is_plain = response.headers.get("content-encoding", IDENTITY) == IDENTITY
    if response.status != _PARTIAL or match is None or not is_plain or response.length != 1:
        return _Probe(Validators(), 0)
    for _ in response.blocks:  # one byte, after which the connection can be used again
        pass
    return _Probe(Validators(response.etag, response.last_modified), int(match[1]))
