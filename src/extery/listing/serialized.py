"""An entry on its way into a listing: mostly text that is taken as it is, and only read where that is needed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from extery.listing.entries import Entry


class SerializedEntry(NamedTuple):
    """An entry as JSON, and what decides where it stands; the rest is read by few."""

    id: str
    version: str
    #: Its ``archive_url``.
    url: str
    platforms: tuple[str, ...]
    text: bytes

    @classmethod
    def of(cls, item: Entry) -> SerializedEntry:
        """The entry, as it will stand in a listing."""
        text = json.dumps(item, separators=(",", ":")).encode("ascii")
        platforms = tuple(item.get("platforms", ()))
        return cls(item["id"], item["version"], item.get("archive_url", ""), platforms, text)

    @property
    def entry(self) -> Entry:
        """The whole entry, read from its text: to be changed at will."""
        read: Entry = json.loads(self.text)
        return read


def entries_of(items: Iterable[SerializedEntry]) -> list[Entry]:
    """All entries, read at once, which is quicker than one after the other."""
    read: list[Entry] = json.loads(b"[" + b",".join(item.text for item in items) + b"]")
    return read
