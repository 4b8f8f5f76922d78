"""What is new in a listing that we have, where the repository tells it in a few bytes."""

from __future__ import annotations

from extery.core.changes import FILENAME, MOST_BYTES, are_announced, follow
from extery.core.errors import Corrupt, InvalidInput, NotFound, Refused
from extery.fetch import Fetcher, archive_address, get_document

#: The file with its frame; whoever sends more sends something else.
_MOST_BYTES = 2 * MOST_BYTES


def newest_from(listing: bytes, address: str, *, fetcher: Fetcher) -> bytes | None:
    """The listing as it is now at ``address``, made from the one that was there.

    ``None`` if the repository does not tell what changed, or nothing, or not from so long ago: then the listing
    itself has to be asked for. Somebody may have replaced it with a tool that keeps no changes.
    """
    if not are_announced(listing):
        return None
    try:
        url = archive_address(address, f"./{FILENAME}")
        found = get_document(url, fetcher=fetcher, limit=_MOST_BYTES)
    except (NotFound, Refused, Corrupt, InvalidInput):
        return None
    newest = None if found is None else follow(listing, found.body)
    return None if newest == listing else newest
