"""Fetch the listings of a mirror's source, from the cache in its state where they have not changed."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from extery.fetch import Document, Fetcher, Validators, get_document
from extery.fetch.addresses import REMOTE, redact_url
from extery.fetch.listing_changes import fetch_newest
from extery.listing.complete import is_known_type
from extery.listing.entries import Listing, parse_listing
from extery.repository.mirror.state import MirrorState


def fetch_listings(
    address: str,
    queries: Iterable[dict[str, str]],
    state: MirrorState,
    fetcher: Fetcher,
    *,
    is_dry: bool,
) -> list[Listing]:
    """Return one listing for each query to ``address``; in a dry run, the cache is not updated.

    All are in memory at once, so the maximum size of a document applies to their sum.
    """
    urls = list(dict.fromkeys(_with_query(address, query) for query in queries))
    listings = []
    remaining = fetcher.max_document_size
    for url in urls:
        listing, size = _fetch_listing(url, state, fetcher, is_dry=is_dry, limit=max(remaining, 1))
        listings.append(listing)
        remaining -= size
    if not is_dry:
        state.drop_listings(except_for=urls)
        state.save()
    return listings


def _with_query(address: str, query: dict[str, str]) -> str:
    if not query or urlsplit(address).scheme not in REMOTE:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def _fetch_listing(
    url: str, state: MirrorState, fetcher: Fetcher, *, is_dry: bool, limit: int
) -> tuple[Listing, int]:
    """Return the listing at ``url`` and its size in bytes, at most ``limit``."""
    if urlsplit(url).scheme not in REMOTE:
        limit = 0  # the default for local files: no server controls their size
    document, body = _fetch(url, state, fetcher, limit)
    listing = parse_listing(
        body, file=redact_url(url), ignores_type=lambda type_: not is_known_type(type_)
    )
    if document is not None and not is_dry:
        state.cache_listing(url, document)
    return listing, len(body)


def _fetch(
    url: str, state: MirrorState, fetcher: Fetcher, limit: int
) -> tuple[Document | None, bytes]:
    """Return the document to cache, ``None`` if it has not changed, and the listing."""
    cached = state.cached_listing(url)
    newest = fetch_newest(cached, url, fetcher=fetcher) if cached is not None else None
    if newest is not None and (not limit or len(newest) <= limit):
        return Document(newest, Validators(), {}), newest
    document = get_document(url, fetcher=fetcher, validators=state.validators(url), limit=limit)
    if document is not None:
        return document, document.body
    cached = state.cached_listing(url)
    if cached is not None:
        return None, cached
    # The cached listing was removed during the request.
    document = get_document(url, fetcher=fetcher, limit=limit)
    assert document is not None  # the request was not conditional
    return document, document.body
