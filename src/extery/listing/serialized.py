"""Entries as JSON text: serialized once, copied into listings, parsed only where their fields are needed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from extery.listing.entries import Entry, dump_listing


class SerializedEntry(NamedTuple):
    """An entry as JSON text, with the fields that decide its position and its listings."""

    id: str
    version: str
    #: Its ``archive_url``.
    url: str
    platforms: tuple[str, ...]
    type: str
    text: bytes

    @classmethod
    def of(cls, item: Entry) -> SerializedEntry:
        """Serialize an entry."""
        return cls(
            item["id"],
            item["version"],
            item.get("archive_url", ""),
            tuple(item.get("platforms", ())),
            item.get("type", ""),
            dump_listing(item),
        )

    @property
    def entry(self) -> Entry:
        """The entry, parsed anew each time, so that it may be modified."""
        parsed: Entry = json.loads(self.text)
        return parsed


def entries_of(items: Iterable[SerializedEntry]) -> list[Entry]:
    """Parse all entries in one call, which is faster than one call for each."""
    parsed: list[Entry] = json.loads(b"[" + b",".join(item.text for item in items) + b"]")
    return parsed
