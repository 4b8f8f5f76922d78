"""Entries of listings: one of a real manifest, and the shortest ones that algorithms accept."""

from __future__ import annotations

from typing import Any

from extery.listing.entries import Entry, make_entry
from extery.manifest.document import Manifest
from tests.samples.packages import ADD_ON

HASH = "ab" * 32


def sample_entry(version: str = "1.0.0", **fields: Any) -> Entry:
    """Return a complete entry; ``fields`` replace those of the manifest."""
    item = make_entry(
        Manifest.parse(ADD_ON),
        archive_url=f"./gear_tool-{version}.zip",
        archive_size=10,
        archive_hash=HASH,
    )
    return {**item, "version": version, **fields}


def short_entry(
    version: str = "1.0.0", low: str = "4.2.0", high: str | None = None, **fields: Any
) -> Entry:
    """Return an entry with the fields that every entry needs, for Blender ``low`` up to ``high``."""
    item: Entry = {
        "id": "gear_tool",
        "version": version,
        "blender_version_min": low,
        "archive_url": f"./gear_tool-{version}.zip",
    }
    if high:
        item["blender_version_max"] = high
    return item | fields
