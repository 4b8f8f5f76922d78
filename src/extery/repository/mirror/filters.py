"""Filters of a mirror: the entries that it lists, and the queries to request them from a server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from extery.core.compatibility import BlenderRange
from extery.core.name_sets import NameSet
from extery.core.versions import format_blender_version, parse_blender_version
from extery.listing.audience import audience_of
from extery.listing.complete import FIRST_WITH_ADDED_TYPES, needs_complete_listing
from extery.listing.entries import Entry
from extery.listing.selection import newest_versions

#: The patch number in the query for a series: higher than that of any release.
_LAST_PATCH = 99


@dataclass(frozen=True)
class Filters:
    """The entries that pass every filter that is set.

    ``ids`` and ``licenses`` are patterns with ``*`` and ``?``. ``blender`` contains versions as ``4.2.3`` or series as
    ``4.2``. ``newest`` limits the versions of each id, counted among those that pass the other filters.
    """

    ids: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    blender: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    newest: int | None = None

    def queries(self) -> list[dict[str, str]]:
        """Return the query parameters of the requests to a server, one set for each system.

        A server may list only entries for the system in the query, and without a query only the newest
        versions of types that every Blender knows. Other servers ignore the parameters.
        """
        versions = [_last_release(text) for text in self.blender]
        if self.types and not versions and all(map(_needs_new_blender, self.types)):
            versions = [format_blender_version(FIRST_WITH_ADDED_TYPES)]
        platforms: list[dict[str, str]] = [{"platform": p} for p in self.platforms] or [{}]
        blenders: list[dict[str, str]] = [{"blender_version": text} for text in versions] or [{}]
        return [platform | blender for blender in blenders for platform in platforms]

    def apply(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries that pass, in their order."""
        ranges = [BlenderRange.of_series(text) for text in self.blender]
        passing = [item for item in entries if self._passes(item, ranges)]
        if self.newest is None:
            return passing
        versions: dict[str, list[str]] = {}
        for item in passing:
            versions.setdefault(item["id"], []).append(item["version"])
        newest = {
            extension_id: newest_versions(own, self.newest)
            for extension_id, own in versions.items()
        }
        return [item for item in passing if item["version"] in newest[item["id"]]]

    def _passes(self, item: Entry, ranges: Iterable[BlenderRange]) -> bool:
        audience = audience_of(item)
        tags = {tag.casefold() for tag in item.get("tags", ())}
        return (
            (not self.ids or _matches(item["id"], self.ids))
            and (not self.types or item["type"] in self.types)
            and (not self.platforms or audience.platforms.overlaps(self._platforms))
            and (not self.tags or not tags.isdisjoint(tag.casefold() for tag in self.tags))
            # Each licence covers a part of the extension, so all of them have to match.
            and (not self.licenses or all(_matches(x, self.licenses) for x in item["license"]))
            and (not self.blender or any(map(audience.blender.overlaps, ranges)))
        )

    @property
    def _platforms(self) -> NameSet:
        return NameSet(frozenset(self.platforms))


def _needs_new_blender(type_: str) -> bool:
    return needs_complete_listing([type_])


def _last_release(text: str) -> str:
    """Return the version for a query: that of a series is newer than all of its releases."""
    count = len(text.split(".")[:3])
    major, minor, patch = (*parse_blender_version(text)[:count], _LAST_PATCH, _LAST_PATCH)[:3]
    return format_blender_version((major, minor, patch))


def _matches(value: str, patterns: Iterable[str]) -> bool:
    plain = value.removeprefix("SPDX:").casefold()
    return any(fnmatchcase(plain, pattern.removeprefix("SPDX:").casefold()) for pattern in patterns)
