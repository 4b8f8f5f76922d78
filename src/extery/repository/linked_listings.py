"""Find the listings that belong to a repository on the web: beside its listing, and linked from its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

from extery.core.errors import ExteryError, ProblemList
from extery.fetch import Fetcher
from extery.fetch.decoding import IDENTITY
from extery.fetch.repository_addresses import linked_urls
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_LISTING
from extery.repository.check_listing import OtherListing, fetch_listing

#: Maximum number of other listings: a page can link to any number of URLs.
MAX_LINKED_LISTINGS = 20
_OK = 200


def linked_listings(address: str, fetcher: Fetcher) -> Iterator[OtherListing]:
    """Yield the listings below the folder of the one at ``address``, each requested once.

    Only static repositories have some: their listing is a file ``index.json``. Many servers answer a request for a
    missing file with a page, so only JSON with entries counts.
    """
    base = address.removesuffix(LISTING_FILENAME)
    if base == address or not base.endswith("/"):
        return
    number = 0
    for name in dict.fromkeys([COMPLETE_LISTING, *_linked_names(base, fetcher)]):
        problems = ProblemList()
        try:
            data = fetch_listing(base + name, fetcher, problems)
        except ExteryError:
            continue
        if _is_listing(data):
            number += 1
            yield OtherListing(name, base + name, data, problems)
        if number == MAX_LINKED_LISTINGS:
            return


def _linked_names(base: str, fetcher: Fetcher) -> Iterator[str]:
    """Yield the paths of the listings that the page of the repository links to."""
    page = _body(f"{base}index.html", fetcher)
    for url in linked_urls(page):
        full = urldefrag(urljoin(base, url)).url
        name = full.removeprefix(base)
        if name != full and name.endswith(f"/{LISTING_FILENAME}") and ".." not in name:
            yield name


def _is_listing(data: bytes) -> bool:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and isinstance(document.get("data"), list)


def _body(url: str, fetcher: Fetcher) -> bytes:
    """Return the beginning of what the server sends for a URL, as far as it fits; nothing if it sends an error."""
    body = bytearray()
    try:
        with fetcher.open(url, {"Accept-Encoding": IDENTITY}) as response:
            for block in response.blocks if response.status == _OK else ():
                body += block
                if len(body) > fetcher.max_document_size:
                    break
    except ExteryError:
        return b""
    return bytes(body)
