"""All listed extensions of one revision, in memory: what every listing of that revision is made of.

A snapshot is for all systems; `render` makes the `ListingDocument` for one class of them. The next
snapshot shares the chunks that did not change.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from extery.core.cached_property import cached_property
from extery.core.compatibility import System
from extery.core.system_classes import SystemNormalizer
from extery.listing import all_versions
from extery.listing.entries import LISTING_VERSION
from extery_site.catalog.models import Channel
from extery_site.listings.changes import Changes
from extery_site.listings.chunks import Chunk, split
from extery_site.listings.document import ListingDocument
from extery_site.listings.packed import PackedEntries

#: Fields of the listing of the site beside those of Blender.
_SITE_FIELDS = {all_versions.FIELD: all_versions.TEMPLATE}


def head(blocklist: Sequence[Mapping[str, str]], fields: Mapping[str, str] = {}) -> bytes:
    """Return a listing up to its first entry."""
    document = {"version": LISTING_VERSION, **fields, "blocklist": [*blocklist]}
    return json.dumps(document, separators=(",", ":")).encode()[:-1] + b',"data":['


class Snapshot:
    """The listed and the blocked extensions of a revision, by id. Immutable."""

    def __init__(
        self,
        revision: int,
        extensions: Mapping[str, PackedEntries],
        blocked: Mapping[str, tuple[str, str]],
        previous: Mapping[str, Chunk] | None = None,
        beta: Mapping[str, PackedEntries] = MappingProxyType({}),
        fields: Mapping[str, str] = _SITE_FIELDS,
    ) -> None:
        self.revision = revision
        self._fields = fields
        self._extensions = extensions
        self._blocked = blocked
        self._beta = beta
        self._chunks: dict[str, Chunk] = {}
        for first, content in split(sorted(extensions.items())):
            chunk = previous.get(first) if previous else None
            if chunk is None or chunk.extensions != content:
                chunk = Chunk(content)
            self._chunks[first] = chunk
        chunks = self._chunks.values()
        self._normalizer = SystemNormalizer(frozenset().union(*(c.audiences for c in chunks)))
        blocklist = [
            {"id": extension_id, "reason": reason}
            for _, (extension_id, reason) in sorted(blocked.items())
        ]
        self._head = head(blocklist, fields)

    @classmethod
    def of(cls, changes: Changes) -> Snapshot:
        """Return the snapshot of all extensions."""
        return cls(-1, {}, {}).apply(changes)

    def apply(self, changes: Changes) -> Snapshot:
        """Return the snapshot after the changes."""
        extensions, blocked = dict(self._extensions), dict(self._blocked)
        others = dict(self._beta)
        for id_key, entries, block, beta in changes.extensions:
            extensions.pop(id_key, None)
            blocked.pop(id_key, None)
            others.pop(id_key, None)
            if entries.versions:
                extensions[id_key] = entries
            if beta is not None:
                others[id_key] = beta
            if block:
                blocked[id_key] = block
        return Snapshot(changes.revision, extensions, blocked, self._chunks, others, self._fields)

    def of_channel(self, channel: str) -> Snapshot:
        """Return the snapshot of a channel's listing; it shares the chunks in which no version is beta."""
        return self._with_beta if channel == Channel.BETA and self._beta else self

    @cached_property
    def _with_beta(self) -> Snapshot:
        extensions = {**self._extensions, **self._beta}
        return Snapshot(self.revision, extensions, self._blocked, self._chunks, fields=self._fields)

    def select(
        self,
        id_keys: Collection[str],
        pinned: Mapping[str, PackedEntries],
        previous: Snapshot | None = None,
    ) -> Snapshot:
        """Return a snapshot of some extensions: those of ``pinned`` with these entries, the others with all of theirs.

        Extensions that are not listed are left out. Returns ``previous`` if that has the same content.
        """
        chosen = {key: self._extensions[key] for key in id_keys if key in self._extensions}
        extensions = {key: pinned.get(key, entries) for key, entries in chosen.items()}
        extensions = {key: entries for key, entries in extensions.items() if entries.versions}
        blocked = {key: self._blocked[key] for key in id_keys if key in self._blocked}
        return (previous or Snapshot(-1, {}, {}, fields={})).replace(
            self.revision, extensions, blocked
        )

    def replace(
        self,
        revision: int,
        extensions: Mapping[str, PackedEntries],
        blocked: Mapping[str, tuple[str, str]],
    ) -> Snapshot:
        """Return a snapshot with this content, which shares the chunks that did not change; this one if nothing did."""
        if (self._extensions, self._blocked) == (extensions, blocked):
            return self
        return Snapshot(revision, extensions, blocked, self._chunks, fields=self._fields)

    def normalize(self, system: System) -> System:
        """Return the representative of a class: systems that get the same listing."""
        return self._normalizer.normalize(system)

    def render(self, system: System, base: str) -> ListingDocument:
        """Return the listing for a system, with download links that begin with ``base``."""
        chunks = [chunk.render(system, base) for chunk in self._chunks.values()]
        return ListingDocument(self.revision, self._head, chunks)
