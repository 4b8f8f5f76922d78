"""What is known of packages for the page, since this run or an earlier one has read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from extery.listing.serialized import SerializedEntry
from extery.repository.scan import ScannedPackage


class CachedMetadata(Mapping[str, Mapping[str, Any]]):
    """The facts of packages by archive URL, read when they are looked up.

    The ``card`` of a package counts only where the listing says what the package says.
    """

    def __init__(
        self, items: Iterable[SerializedEntry], archives: Iterable[ScannedPackage]
    ) -> None:
        self._archives = {a.listed.url: a for a in archives if a.listed and a.facts}
        self._said = {item.url: item.text for item in items}

    def __getitem__(self, url: str) -> Mapping[str, Any]:
        archive = self._archives[url]
        facts: dict[str, Any] = json.loads(archive.facts or b"{}")
        if archive.listed is None or archive.listed.text != self._said.get(url):
            facts.pop("card", None)
        return facts

    def __iter__(self) -> Iterator[str]:
        return iter(self._archives)

    def __len__(self) -> int:
        return len(self._archives)
