"""The page of a repository, from entries as tests write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry
from extery.repository.page import html as pages


def page(entries: Iterable[Entry], blocklist: Iterable[Mapping[str, Any]], **options: Any) -> str:
    """The page with these entries."""
    return pages.render_page(map(SerializedEntry.of, entries), blocklist, **options)
