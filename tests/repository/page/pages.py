"""The page of a repository from plain entries, and themes that must be readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry
from extery.package.theme_colors import ThemeColors
from extery.repository.page import html as pages


def page(entries: Iterable[Entry], blocklist: Iterable[Mapping[str, Any]], **options: Any) -> str:
    """Return the page with these entries."""
    return pages.render_page(map(SerializedEntry.of, entries), blocklist, **options)


def parse_theme(data: bytes) -> ThemeColors:
    """Return the colours of a theme file."""
    theme = ThemeColors.parse(data)
    assert theme is not None
    return theme
