"""Which entries of a repository are wanted, and how to ask a server for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from extery.core.versions import (
    BlenderRange,
    Version,
    format_blender_version,
    parse_blender_version,
)
from extery.listing.entries import Entry, entry_range

#: Stands for the last release of a series when a server is asked what it has for the series.
_LAST = 99


@dataclass(frozen=True)
class Filters:
    """An entry is wanted if it passes every filter that is set.

    ``ids`` and ``licenses`` are patterns with ``*`` and ``?``. ``blender`` are versions as ``4.2.3`` or series as
    ``4.2``. Of each id the ``newest`` versions are wanted, counted among those that pass.
    """

    ids: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    blender: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    newest: int | None = None

    def queries(self) -> list[dict[str, str]]:
        """The parameters to ask a server with, one set for each kind of system.

        A server may list only what fits who asks, and the newest version alone to those who do
        not say what they have. Others ignore the parameters.
        """
        platforms: list[dict[str, str]] = [{"platform": p} for p in self.platforms] or [{}]
        blenders: list[dict[str, str]] = [
            {"blender_version": _asked(text)} for text in self.blender
        ] or [{}]
        return [platform | blender for blender in blenders for platform in platforms]

    def keep(self, entries: Iterable[Entry]) -> list[Entry]:
        """The wanted entries, in their order."""
        passing = [item for item in entries if self._passes(item)]
        if self.newest is None:
            return passing
        versions: dict[str, set[Version]] = {}
        for item in passing:
            versions.setdefault(item["id"], set()).add(Version.parse(item["version"]))
        wanted = {
            identifier: set(sorted(found, reverse=True)[: self.newest])
            for identifier, found in versions.items()
        }
        return [item for item in passing if Version.parse(item["version"]) in wanted[item["id"]]]

    def _passes(self, item: Entry) -> bool:
        platforms = item.get("platforms")
        tags = {tag.casefold() for tag in item.get("tags", ())}
        return (
            (not self.ids or _matches(item["id"], self.ids))
            and (not self.types or item["type"] in self.types)
            and (not self.platforms or not platforms or not {*platforms}.isdisjoint(self.platforms))
            and (not self.tags or not tags.isdisjoint(tag.casefold() for tag in self.tags))
            # Each licence covers a part of the extension, so each has to be welcome.
            and (not self.licenses or all(_matches(x, self.licenses) for x in item["license"]))
            and (not self.blender or any(entry_range(item).overlaps(r) for r in self._ranges()))
        )

    def _ranges(self) -> list[BlenderRange]:
        return [blender_range(text) for text in self.blender]


def blender_range(text: str) -> BlenderRange:
    """``4.2.3`` is that version, ``4.2`` and ``4`` are all versions that begin so."""
    parts = len(text.split("."))
    low = parse_blender_version(text)
    place = min(parts, 3) - 1
    high = tuple(number + (index == place) for index, number in enumerate(low[: place + 1]))
    return BlenderRange(low, (*high, 0, 0)[:3])  # type: ignore[arg-type]


def _asked(text: str) -> str:
    count = len(text.split(".")[:3])
    return format_blender_version((*parse_blender_version(text)[:count], _LAST, _LAST)[:3])  # type: ignore[arg-type]


def _matches(value: str, patterns: Iterable[str]) -> bool:
    plain = value.removeprefix("SPDX:").casefold()
    return any(fnmatchcase(plain, pattern.removeprefix("SPDX:").casefold()) for pattern in patterns)
