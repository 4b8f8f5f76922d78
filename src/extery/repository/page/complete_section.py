"""The part of the page for extensions that only the complete listing has: their links, and whose URL it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from extery.listing import LISTING_FILENAME
from extery.listing.audience import audience_of, with_audience
from extery.listing.complete import (
    ADDED_TYPES,
    COMPLETE_BLENDERS,
    COMPLETE_FOLDER,
    COMPLETE_LISTING,
    REFUSING_BLENDERS,
    needs_complete_listing,
)
from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry


class CompleteListing(NamedTuple):
    """The entries of the complete listing; ``base_url`` is the URL of the folder with a slash, if it is known."""

    items: Sequence[SerializedEntry] = ()
    base_url: str = ""

    def groups(self) -> Iterator[list[SerializedEntry]]:
        """Yield the entries, by id, that the listing for every Blender does not have."""
        added = (item for item in self.items if needs_complete_listing([item.type]))
        for _, group in groupby(added, key=attrgetter("id")):
            yield list(group)

    @property
    def repository(self) -> str:
        """The address of the listing: in full, or relative to its packages, which are then beside it."""
        return self.full_url or f"./{LISTING_FILENAME}"

    @property
    def full_url(self) -> str:
        """The URL of the listing; empty if it is not known."""
        return self.base_url and self.base_url + COMPLETE_LISTING

    def on_page(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries for the page: with the addresses that Blender finds, and Blenders that know their type."""
        narrowed = [with_audience(item, blender=audience_of(item).blender) for item in entries]
        return [item | {"archive_url": _on_page(item["archive_url"])} for item in narrowed]

    def notice(self) -> str:
        """Return the HTML that says which URL is for which Blender; empty without entries."""
        if not self.items:
            return ""
        url = escape(self.base_url + COMPLETE_LISTING)
        return (
            f'<div class="how"><div><strong>With {ADDED_TYPES}: {COMPLETE_BLENDERS}</strong>\n'
            f'<div class="copy"><a href="{url}">{url}</a></div>\n'
            f"<p>Subscribe to this URL instead of the one above to get everything on this page. Blender "
            f"{REFUSING_BLENDERS} cannot read it; the one above, without {ADDED_TYPES}, is for every Blender.</p>"
            "</div></div>\n"
        )


def _on_page(archive_url: str) -> str:
    """Return the URL of a package relative to the page; a full URL stays as it is."""
    is_beside = archive_url.startswith("./")
    return f"./{COMPLETE_FOLDER}/{archive_url[2:]}" if is_beside else archive_url


def file_address(archive_url: str) -> str:
    """Return the address of the package beside the page: packages are stored by it, wherever a listing has them."""
    return f"./{archive_url.rpartition('/')[2]}"
