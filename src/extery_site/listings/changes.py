"""Reads the rows of extensions that changed since a revision, or all rows, for a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from extery.core.compatibility import Audience, BlenderRange
from extery.core.versions import blender_version_of_number
from extery_site.catalog.models import SHOWN_IN, Channel, Extension
from extery_site.listings.models import ListedExtension
from extery_site.listings.packed import Entry, PackedEntries, Versions

_REVISION = "SELECT number FROM listings_revision WHERE id = 1"
_FIELDS = (
    "id_key",
    "revision",
    "extension__status",
    "extension__extension_id",
    "extension__type",
    "extension__block_reason",
    "entries__version_id",
    "entries__version__channel",
    "entries__sort_key",
    "entries__package_id",
    "entries__blender_min",
    "entries__blender_max",
    "entries__platforms",
    "entries__python_versions",
    "entries__before_address",
    "entries__after_address",
)


class ExtensionState(NamedTuple):
    """What listings show of an extension; without entries they show nothing."""

    id_key: str
    entries: PackedEntries
    block: tuple[str, str] | None
    """Id and reason if the extension is blocked."""
    beta: PackedEntries | None = None
    """The entries in the listing of beta versions, if they are others."""


class Changes(NamedTuple):
    """The extensions that changed, as they are at ``revision``."""

    revision: int
    extensions: list[ExtensionState]


def current_revision() -> int:
    """Return the revision of the listings."""
    # Called often; composing the query with the ORM would take most of the time.
    with connection.cursor() as cursor:
        cursor.execute(_REVISION)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def read_changes(since: int | None = None) -> Changes:
    """Read the extensions changed after revision ``since``; all extensions for ``None``.

    One statement reads the rows, so they are consistent: the state of the revision read before, or
    of a later one that some row has.
    """
    revision = current_revision()
    listed = ListedExtension.objects.order_by("pk")
    if since is not None:
        listed = listed.filter(revision__gt=since)
    rows = listed.values_list(*_FIELDS).iterator(chunk_size=500)
    extensions = []
    for (id_key, changed_at), group in groupby(rows, key=itemgetter(0, 1)):
        revision = max(revision, changed_at)
        extensions.append(_extension_state(id_key, group))
    return Changes(revision, extensions)


def read_versions(versions: Collection[int]) -> dict[str, PackedEntries]:
    """Read the listed packages of some versions, given by key, in one query; by the ``id_key`` of their extensions."""
    chosen = ListedExtension.objects.filter(entries__version__in=versions).order_by("pk")
    rows = chosen.values_list(*_FIELDS)
    return {
        id_key: _extension_state(id_key, group).entries
        for id_key, group in groupby(rows, key=itemgetter(0))
    }


def _extension_state(id_key: str, rows: Iterator[tuple[Any, ...]]) -> ExtensionState:
    first = next(rows)
    _, _, status, extension_id, type_, reason, *_ = first
    block = (extension_id, reason) if status == Extension.Status.BLOCKED else None
    packages = [row[6:] for row in (first, *rows) if row[6] is not None]
    packages.sort(key=itemgetter(3))
    packages.sort(key=itemgetter(2), reverse=True)
    by_version: dict[int, tuple[str, list[Entry]]] = {}
    for version, channel, _, _, low, high, platforms, pythons, before, after in packages:
        blender = BlenderRange(
            blender_version_of_number(low),
            None if high is None else blender_version_of_number(high),
        )
        audience = Audience.of(blender, platforms=platforms, pythons=pythons)
        by_version.setdefault(version, (channel, []))[1].append(
            Entry(type_, audience, before.encode(), after.encode())
        )
    stable = _shown(by_version.values(), Channel.STABLE)
    if all(channel in SHOWN_IN[Channel.STABLE] for channel, _ in by_version.values()):
        return ExtensionState(id_key, stable, block)  # nearly all: the same in both listings
    return ExtensionState(id_key, stable, block, _shown(by_version.values(), Channel.BETA))


def _shown(versions: Iterable[tuple[str, list[Entry]]], listing: str) -> PackedEntries:
    """Return the entries that the listing of a channel shows."""
    shown = (entries for channel, entries in versions if channel in SHOWN_IN[listing])
    return PackedEntries.of(without_superseded(shown))


def without_superseded(versions: Iterable[Iterable[Entry]]) -> Versions:
    """Leave out packages that no system gets, because a newer package fits all their systems."""
    newer: list[Audience] = []
    kept = []
    for entries in versions:
        wanted = tuple(
            entry
            for entry in entries
            if not any(_contains(audience, entry.audience) for audience in newer)
        )
        newer += [entry.audience for entry in wanted]
        if wanted:
            kept.append(wanted)
    return tuple(kept)


@lru_cache(maxsize=10_000)
def _contains(audience: Audience, other: Audience) -> bool:
    """Return whether every system that fits ``other`` fits ``audience``; cached: audiences are few.

    An empty audience fits systems with unknown properties.
    """
    return not other.is_empty and audience.contains(other)
