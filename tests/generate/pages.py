"""The page of a repository, from entries as tests write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from extery.core.listing import Entry
from extery.generate import page as pages
from extery.generate.listed import Listed


def page(entries: Iterable[Entry], blocklist: Iterable[Mapping[str, Any]], **options: Any) -> str:
    """The page with these entries."""
    return pages.page(map(Listed.of, entries), blocklist, **options)
