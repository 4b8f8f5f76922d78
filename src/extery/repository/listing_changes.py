"""What a run changes: a listing compared with the one it replaces, and the packages that it does not list.

Only entries of ids with a changed or missing old entry are parsed, so comparing large listings is cheap.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from extery.core.versions import Version
from extery.listing.delta import split_entries
from extery.listing.serialized import SerializedEntry


class Update(NamedTuple):
    """The newest version of an extension, before and after."""

    id: str
    old: str
    new: str


class ReplacedPackage(NamedTuple):
    """A version whose package has other bytes than before."""

    id: str
    version: str
    old_hash: str
    new_hash: str


@dataclass(frozen=True)
class ListingChanges:
    """The difference between a listing and the one it replaces.

    ``added``, ``removed``, ``hidden``, ``refused`` and ``changed`` map ids to their newest version. The packages of
    ``hidden`` ids are in the folder, and not listed because of the configuration; those of ``refused`` ids have errors.
    """

    added: dict[str, str]
    updated: Sequence[Update]
    changed: dict[str, str]
    removed: dict[str, str]
    hidden: dict[str, str]
    refused: dict[str, str]
    replaced: Sequence[ReplacedPackage]

    def as_dict(self) -> dict[str, Any]:
        """Return the changes as JSON."""
        return {
            "added": self.added,
            "updated": [update._asdict() for update in self.updated],
            "changed": self.changed,
            "removed": self.removed,
            "hidden": self.hidden,
            "refused": self.refused,
            "replaced": [package._asdict() for package in self.replaced],
        }


@dataclass(frozen=True)
class PackageCounts:
    """The packages of a folder: listed somewhere, older than a listed version, or hidden by the configuration."""

    listed: int = 0
    older: int = 0
    hidden: int = 0


def compare_listing(
    old: bytes,
    items: Sequence[SerializedEntry],
    *,
    available: Collection[str] = (),
    refused: Collection[str] = (),
) -> ListingChanges:
    """Compare the listing ``old`` with the entries that replace it.

    ``available`` are the ids of valid packages in the folder, ``refused`` the files of packages with errors.
    """
    old_texts = split_entries(old)
    new_texts, old_set = {item.text for item in items}, set(old_texts)
    gone = _parsed(text for text in old_texts if text not in new_texts)
    came = [item for item in items if item.text not in old_set]
    touched = {item["id"] for item in gone} | {item.id for item in came}
    kept = [
        (item.id, item.version) for item in items if item.id in touched and item.text in old_set
    ]
    before = _newest([*kept, *((item["id"], str(item.get("version"))) for item in gone)])
    after = _newest([*kept, *((item.id, item.version) for item in came)])
    files = {item["id"]: _file_name(item) for item in gone}
    lost = {name: before[name] for name in sorted(before.keys() - after.keys())}
    both = sorted(before.keys() & after.keys())
    hidden = {name: version for name, version in lost.items() if name in available}
    left = {name: v for name, v in lost.items() if name not in hidden and files[name] in refused}
    return ListingChanges(
        added={name: after[name] for name in sorted(after.keys() - before.keys())},
        updated=[Update(n, before[n], after[n]) for n in both if before[n] != after[n]],
        changed={name: after[name] for name in both if before[name] == after[name]},
        removed={name: v for name, v in lost.items() if name not in hidden and name not in left},
        hidden=hidden,
        refused=left,
        replaced=_replaced(gone, [item.entry for item in came if item.id in files]),
    )


def _parsed(texts: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the entries; what another tool wrote may not be one."""
    parsed = (json.loads(text) for text in texts)
    return [item for item in parsed if isinstance(item, dict) and isinstance(item.get("id"), str)]


def _newest(versions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the newest version of each id."""
    newest: dict[str, str] = {}
    for name, version in versions:
        other = newest.setdefault(name, version)
        if other != version and _sort_key(other) < _sort_key(version):
            newest[name] = version
    return newest


def _sort_key(version: str) -> tuple[bool, str]:
    try:
        return True, Version.parse(version).sort_key
    except ValueError:
        return False, version


def _file_name(item: dict[str, Any]) -> str:
    return unquote(str(item.get("archive_url"))).rpartition("/")[2]


def _replaced(
    gone: Iterable[dict[str, Any]], came: Iterable[dict[str, Any]]
) -> list[ReplacedPackage]:
    """Return the versions that have another hash; packages for other platforms are other packages."""
    old: dict[tuple[str, str, str], str] = {}
    new: dict[tuple[str, str, str], str] = {}
    for hashes, entries in ((old, gone), (new, came)):
        for item in entries:
            for part in (_file_name(item), str(item.get("platforms"))):
                key = item["id"], str(item.get("version")), part
                hashes[key] = str(item.get("archive_hash")).lower()
    found = {
        ReplacedPackage(*key[:2], old[key], new[key])
        for key in old.keys() & new.keys()
        if old[key] != new[key]
    }
    return sorted(found)


def count_packages(items: Sequence[SerializedEntry], listed: Collection[str]) -> PackageCounts:
    """Count the packages of a folder; ``items`` are sorted by id and version, oldest first.

    ``listed`` are the file names of the packages that some listing has.
    """
    older = hidden = 0
    newest: dict[str, str] = {}
    for item in reversed(items):
        if unquote(item.url).rpartition("/")[2] in listed:
            newest.setdefault(item.id, item.version)
        elif newest.get(item.id, item.version) != item.version:
            older += 1
        else:
            hidden += 1
    return PackageCounts(len(items) - older - hidden, older, hidden)
