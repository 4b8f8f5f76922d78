"""The entries of one extension as a snapshot keeps them: who gets which, and their JSON, compressed together.

A site with 10,000 extensions of five versions has 32 MB of JSON, of which a listing contains a fifth; the versions of one
extension differ in few bytes, so compressed they need a fifth.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from extery.core.compatibility import Audience, System
from extery.core.types import is_listed_for
from extery.listing.selection import newest_fitting

#: Between the parts of the JSON, in which it cannot occur.
_SEPARATOR = b"\0"


class Entry(NamedTuple):
    """A package that may be listed: who can install it, and its JSON around the site's address."""

    type: str
    audience: Audience
    before_address: bytes
    after_address: bytes


#: The packages of each version of an extension, newest version first.
Versions = tuple[tuple[Entry, ...], ...]


class _Offer(NamedTuple):
    """The entry at ``place``, without its JSON."""

    type: str
    audience: Audience
    place: int

    def is_for(self, system: System) -> bool:
        """Return whether a system can install it, and reads listings that have its type."""
        return self.audience.fits(system) and is_listed_for(self.type, system.blender)


class PackedEntries(NamedTuple):
    """The entries of an extension. Equal ones have equal fields."""

    versions: tuple[tuple[_Offer, ...], ...]
    text: bytes

    @classmethod
    def of(cls, versions: Versions) -> PackedEntries:
        """Pack the entries of each version, newest version first."""
        entries = [entry for version in versions for entry in version]
        places = iter(range(len(entries)))
        offers = tuple(
            tuple(_offer(entry.type, entry.audience, next(places)) for entry in version)
            for version in versions
        )
        text = _SEPARATOR.join(part for entry in entries for part in entry[2:])
        return cls(offers, zlib.compress(text, 1) if len(entries) > 1 else text)

    @property
    def audiences(self) -> Iterable[Audience]:
        """The audiences of all entries."""
        return (offer.audience for version in self.versions for offer in version)

    def newest(self, system: System) -> list[tuple[bytes, bytes]]:
        """Return the JSON of the entries that are listed for the system: of the newest version that has any."""
        offers = newest_fitting(self.versions, lambda offer: offer.is_for(system))
        if not offers:
            return []
        is_compressed = sum(map(len, self.versions)) > 1
        parts = (zlib.decompress(self.text) if is_compressed else self.text).split(_SEPARATOR)
        return [(parts[2 * offer.place], parts[2 * offer.place + 1]) for offer in offers]


@lru_cache(maxsize=10_000)
def _offer(type_: str, audience: Audience, place: int) -> _Offer:
    """Return a shared object: there are few kinds of audiences, and thousands of entries."""
    return _Offer(type_, audience, place)
