"""Metadata of packages for the page, from this run or the cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from extery.listing.serialized import SerializedEntry
from extery.repository.scan import ScannedPackage


class CachedMetadata(Mapping[str, Mapping[str, Any]]):
    """The metadata of packages by archive URL, parsed by each lookup.

    ``url_of`` returns the archive URL of a package in the listing. The cached ``card`` is left out where the listing changes the entry of the package.
    """

    def __init__(
        self,
        items: Iterable[SerializedEntry],
        packages: Iterable[ScannedPackage],
        *,
        url_of: Callable[[SerializedEntry], str] = lambda item: item.url,
    ) -> None:
        self._packages = {
            url_of(package.serialized): package
            for package in packages
            if package.serialized and package.metadata
        }
        self._entry_texts = {item.url: item.text for item in items}

    def __getitem__(self, url: str) -> Mapping[str, Any]:
        package = self._packages[url]
        metadata: dict[str, Any] = json.loads(package.metadata or b"{}")
        if package.serialized is None or package.serialized.text != self._entry_texts.get(url):
            metadata.pop("card", None)
        return metadata

    def __iter__(self) -> Iterator[str]:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)
