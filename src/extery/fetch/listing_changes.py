"""Update a cached listing from the ``changes.json`` of its repository, a few kilobytes."""

from __future__ import annotations

import json

from extery.core.errors import Corrupt, InvalidInput, NotFound, Refused, Unavailable
from extery.fetch.addresses import resolve_archive_url
from extery.fetch.documents import get_document
from extery.fetch.fetcher import Fetcher
from extery.listing.delta import (
    CHANGES_FILENAME,
    MAX_DELTA_SIZE,
    announces_changes,
    apply_changes,
    listing_digest,
)

#: Maximum bytes of the whole file.
MAX_FILE_SIZE = 2 * MAX_DELTA_SIZE
#: Maximum number of changes times bytes of the listing. Each change costs a pass over the listing; beyond
#: this limit, about five seconds, fetching the listing is faster.
MAX_PROCESSED_BYTES = 1_000_000_000


def fetch_newest(listing: bytes, address: str, *, fetcher: Fetcher) -> bytes | None:
    """Return the current listing at ``address``, computed from the cached ``listing``.

    ``None`` if there are no changes, or none that follow this listing. The listing itself must then be
    requested, since another tool may have replaced it without recording changes.
    """
    newest = fetch_current(listing, address, fetcher=fetcher)
    return None if newest == listing else newest


def fetch_current(
    listing: bytes, address: str, *, fetcher: Fetcher, limit: int = 0
) -> bytes | None:
    """Return the listing at ``address``, which may be ``listing`` itself; ``None`` if changes do not lead to it."""
    if not announces_changes(listing):
        return None
    try:
        url = resolve_archive_url(address, f"./{CHANGES_FILENAME}")
        document = get_document(url, fetcher=fetcher, limit=MAX_FILE_SIZE)
    except (NotFound, Refused, Corrupt, InvalidInput):
        return None
    except Unavailable as error:
        if error.code == "fetch.stopped":
            raise
        return None  # the listing itself may be available
    assert document is not None  # the request was not conditional
    if _change_count(listing, document.body) * len(listing) > MAX_PROCESSED_BYTES:
        return None
    newest = apply_changes(listing, document.body)
    if newest is None or len(newest) > (limit or fetcher.max_document_size):
        return None
    return newest


def _change_count(listing: bytes, document: bytes) -> int:
    """Return the number of changes in ``document`` after ``listing``; 0 if it cannot be read."""
    count, digest = 0, listing_digest(listing)
    try:
        for change in json.loads(document)["changes"]:
            if change["from"] == digest:
                count, digest = count + 1, change["to"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
    return count
