"""Addresses of packages that lie elsewhere, such as the releases of a code host, by a template of the owner."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from extery.listing.serialized import SerializedEntry
from extery.repository.index import PlannedListing, file_of

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def archive_url_of(item: SerializedEntry, template: str) -> str:
    """Return the address of the package of an entry; each value is percent-encoded."""
    values = {"id": item.id, "version": item.version, "file": file_of(item)}
    return _PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe=""), template)


def with_archive_urls(plan: PlannedListing, template: str) -> PlannedListing:
    """Return the listing with the addresses of a template; its packages need not be linked into its folder."""
    items = [
        SerializedEntry.of(item.entry | {"archive_url": archive_url_of(item, template)})
        for item in plan.items
    ]
    return replace(plan, items=items, packages=())
