"""The listing that a system should get, computed from all entries in the simplest way: a reference for tests."""

from __future__ import annotations

from collections.abc import Iterable

from extery.core.compatibility import System
from extery.core.types import ADD_ON, is_listed_for
from extery.core.versions import Version
from extery.listing.audience import audience_of
from extery.listing.entries import Entry
from extery.listing.selection import newest_fitting


def select(entries: Iterable[Entry], system: System = System()) -> list[Entry]:
    """Return the entries of the newest version of each id that ``system`` can install.

    They are sorted by id and archive URL. A partitioned listing has at most one of them for each id if all
    properties of the system are known; without a platform, all packages of a version are returned.
    """
    by_id: dict[str, dict[Version, list[Entry]]] = {}
    for item in entries:
        versions = by_id.setdefault(item["id"], {})
        versions.setdefault(Version.parse(item["version"]), []).append(item)

    def fits(item: Entry) -> bool:
        return audience_of(item).fits(system) and is_listed_for(
            item.get("type", ADD_ON.name), system.blender
        )

    chosen = [
        item
        for versions in by_id.values()
        for item in newest_fitting((versions[key] for key in sorted(versions, reverse=True)), fits)
    ]
    return sorted(chosen, key=lambda item: (item["id"], item["archive_url"]))
