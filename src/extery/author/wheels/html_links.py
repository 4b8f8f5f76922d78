"""The links of a page of a package index (PEP 503).

Not `html.parser`: it takes minutes for some pages of a few hundred kilobytes. Every place of a page is looked at once.
"""

from __future__ import annotations

import re
from html import unescape

_MAX_VALUE = 4_000
#: Attributes of a link that are read; an index has up to six.
_MAX_ATTRIBUTES = 20
_TAG = re.compile(r"<(a|base)(?=\s)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rf"\s{{1,100}}([a-zA-Z-]{{1,100}})"
    rf"""(?:\s{{0,10}}=\s{{0,10}}("[^"]{{0,{_MAX_VALUE}}}"|'[^']{{0,{_MAX_VALUE}}}'|[^\s"'<>]{{1,{_MAX_VALUE}}}))?"""
)


def find_links(text: str, *, limit: int) -> tuple[list[dict[str, str]], str]:
    """Return the attributes of the first ``limit`` links with an address, and the base of relative ones."""
    links: list[dict[str, str]] = []
    base, place = "", 0
    while len(links) < limit and (tag := _TAG.search(text, place)):
        attributes, place = _attributes(text, tag.end())
        href = attributes.get("href", "")
        if href and tag[1].lower() == "a":
            links.append(attributes)
        elif href and not base:
            base = href
    return links, base


def _attributes(text: str, place: int) -> tuple[dict[str, str], int]:
    """Return the attributes of a tag, and the place behind them."""
    found: dict[str, str] = {}
    for _ in range(_MAX_ATTRIBUTES):
        match = _ATTRIBUTE.match(text, place)
        if match is None:
            break
        value = match[2] or ""
        if value[:1] in ('"', "'"):
            value = value[1:-1]
        found.setdefault(match[1].lower(), unescape(value))
        place = match.end()
    return found, place
