"""What is new in a listing that we have, where the repository tells it in a few bytes."""

from __future__ import annotations

import json

from extery.core.errors import Corrupt, InvalidInput, NotFound, Refused, Unavailable
from extery.fetch import Fetcher, get_document, resolve_archive_url
from extery.listing.delta import FILENAME, MOST_BYTES, are_announced, digest, follow

#: The file with its frame; whoever sends more sends something else.
_MOST_BYTES = 2 * MOST_BYTES
#: Each change costs a pass over the listing. A few kilobytes could ask for minutes of them, and
#: from here on (five seconds or so) fetching the listing is faster.
MAX_BYTES_TO_PASS = 1_000_000_000


def newest_from(listing: bytes, address: str, *, fetcher: Fetcher) -> bytes | None:
    """The listing as it is now at ``address``, made from the one that was there.

    ``None`` if the repository does not tell what changed, or nothing, or not from so long ago: then the listing
    itself has to be asked for. Somebody may have replaced it with a tool that keeps no changes.
    """
    if not are_announced(listing):
        return None
    try:
        url = resolve_archive_url(address, f"./{FILENAME}")
        found = get_document(url, fetcher=fetcher, limit=_MOST_BYTES)
    except (NotFound, Refused, Corrupt, InvalidInput):
        return None
    except Unavailable as error:
        if error.code == "fetch.stopped":
            raise
        return None  # the listing itself may be there all the same
    if found is None or _steps(listing, found.body) * len(listing) > MAX_BYTES_TO_PASS:
        return None
    newest = follow(listing, found.body)
    if newest is None or newest == listing or len(newest) > fetcher.max_document_size:
        return None
    return newest


def _steps(listing: bytes, document: bytes) -> int:
    """How many changes of ``document`` come after ``listing``; 0 if it cannot be read."""
    steps, here = 0, digest(listing)
    try:
        for change in json.loads(document)["changes"]:
            if change["from"] == here:
                steps, here = steps + 1, change["to"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
    return steps
