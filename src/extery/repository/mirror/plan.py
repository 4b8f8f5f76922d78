"""The plan of a mirror: the entries and names of the new listing, packages to fetch and to remove."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extery.core.errors import InvalidListing, ProblemList
from extery.core.text import quote_value
from extery.fetch import DownloadRequest, resolve_archive_url
from extery.listing.audience import without_invalid_pythons, without_unreadable_limits
from extery.listing.complete import for_every_blender, needs_complete_listing
from extery.listing.entries import KEYS, Entry, Listing, dump_listing
from extery.listing.entries import make_listing as document
from extery.listing.partition import partition
from extery.repository.entry_match import about_entry
from extery.repository.mirror.filters import Filters

#: Maximum size of a file; sizes in listings may have thousands of digits.
MAX_SIZE = 2**63 - 1
_NOT_PORTABLE = re.compile(r"[^A-Za-z0-9._-]+")
#: Maximum characters of id and version in a file name. With hash and suffix, every file system can store the name.
_MAX_PREFIX_LENGTH = 120
_DIGEST_LENGTH = 12
#: Blender refuses a listing with a build table, and the other fields have no meaning in a listing.
_NOT_IN_LISTINGS = ("build", "wheels", "asset_library")


@dataclass(frozen=True)
class Plan:
    """``entries`` are those of the new listing, ``packages`` the packages of all entries, by file name.

    ``complete`` are the entries of the complete listing (`extery.listing.complete`), empty if there is none.

    Blocked extensions stay listed, because Blender shows a block only with an entry. Their packages are
    left out: Blender does not download them, and a server may refuse them.
    """

    source: str
    entries: Sequence[Entry]
    blocklist: Sequence[Mapping[str, str]]
    packages: Mapping[str, DownloadRequest]
    fetch: Sequence[str]
    remove: Sequence[str]
    left_out: Sequence[Entry]
    """Older versions that the source offers to platforms that no entry names."""
    complete: Sequence[Entry] = ()
    ignored: Sequence[Entry] = ()
    """Entries that are left out because Extery does not know their type."""
    superseded: Sequence[Entry] = ()
    """Versions that every system would ignore, since it gets a newer one."""

    @property
    def present(self) -> list[str]:
        """The packages that need not be fetched."""
        missing = set(self.fetch)
        return [name for name in self.packages if name not in missing]

    @property
    def bytes_to_fetch(self) -> int:
        return sum(self.packages[name].size for name in self.fetch)

    @property
    def all_entries(self) -> Sequence[Entry]:
        """The entries of the complete listing, or those of the only one."""
        return self.complete or self.entries

    @property
    def complete_packages(self) -> list[str]:
        """The packages that have to be linked into the folder of the complete listing."""
        names = {item["archive_url"][2:] for item in self.complete}
        return sorted(names & self.packages.keys())

    def without(self, names: Iterable[str]) -> Plan:
        """Return the plan without these packages and their entries."""
        excluded = set(names)

        def kept(entries: Sequence[Entry]) -> list[Entry]:
            return [item for item in entries if item["archive_url"][2:] not in excluded]

        complete = kept(self.complete)
        if not needs_complete_listing(item["type"] for item in complete):
            complete = []
        return replace(
            self,
            entries=kept(self.entries),
            complete=complete,
            packages={name: file for name, file in self.packages.items() if name not in excluded},
            fetch=[name for name in self.fetch if name not in excluded],
        )

    def listing(self) -> bytes:
        """Return the listing to write."""
        return dump_listing(document(self.entries, self.blocklist))

    def complete_listing(self) -> bytes:
        """Return the complete listing to write, if ``complete`` has entries."""
        return dump_listing(document(self.complete, self.blocklist))


def plan_mirror(
    source: str,
    listings: Sequence[Listing],
    *,
    filters: Filters,
    is_present: Callable[[str, DownloadRequest], bool],
    owned: Iterable[str] = (),
    problems: ProblemList | None = None,
) -> Plan:
    """Plan a mirror of ``listings``, all from the listing URL ``source``.

    ``is_present`` returns whether the folder has a package, ``owned`` are the files of earlier runs. An
    entry whose package URL is invalid raises `InvalidListing`; with ``problems``, it is reported there
    and left out.
    """
    merged = _merge(listing.data for listing in listings)
    entries = [without_unreadable_limits(without_invalid_pythons(item)) for item in merged]
    complete = every = filters.apply(entries)
    if needs_complete_listing(item["type"] for item in entries):
        every = filters.apply(for_every_blender(entries))
    if problems is not None:
        chosen = _merge([complete, every])
        valid = {id(item) for item in chosen if _has_valid_url(source, item, problems)}
        every = [item for item in every if id(item) in valid]
        complete = [item for item in complete if id(item) in valid]
    filtered = complete
    divided = partition(every, more_platforms=filters.platforms)
    if needs_complete_listing(item["type"] for item in complete):
        complete = partition(complete, more_platforms=filters.platforms).entries
    else:
        complete = []
    requests, renamed = _name_packages(source, [*divided.entries, *complete])
    blocked = {identifier for listing in listings for identifier in listing.blocked}
    offered = {item["archive_url"][2:] for item in renamed if item["id"] not in blocked}
    packages = {name: request for name, request in requests.items() if name in offered}
    return Plan(
        source=source,
        entries=renamed[: len(divided.entries)],
        complete=renamed[len(divided.entries) :],
        ignored=_merge([item for _, item in listing.ignored] for listing in listings),
        blocklist=_merge(listing.valid_blocks for listing in listings),
        packages=packages,
        fetch=[name for name, request in packages.items() if not is_present(name, request)],
        remove=sorted(set(owned) - set(packages)),
        left_out=divided.lost,
        superseded=_superseded(filtered, [*divided.entries, *complete]),
    )


def _superseded(entries: Iterable[Entry], listed: Iterable[Entry]) -> list[Entry]:
    """Return the entries without any part among those that are ``listed``."""
    kept = {_key(item) for item in listed}
    return [item for item in entries if _key(item) not in kept]


def _key(item: Entry) -> tuple[str, str, str]:
    return item["id"], item["version"], item["archive_url"]


def _merge(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """Return the distinct items of all lists, in order."""
    merged: list[Any] = []
    seen: set[str] = set()
    for items in lists:
        for item in items:
            text = repr(item)
            if text not in seen:
                seen.add(text)
                merged.append(item)
    return merged


def _name_packages(
    source: str, entries: Sequence[Entry]
) -> tuple[dict[str, DownloadRequest], list[Entry]]:
    """Return the packages by file name, and the entries with these names.

    A name contains the hash, so it never refers to another file: while a listing is replaced, the packages
    of the old one still exist. Entries of the same file share it.
    """
    by_hash: dict[str, tuple[str, DownloadRequest]] = {}
    used: set[str] = set()
    renamed = []
    for item in entries:
        sha256 = item["archive_hash"].removeprefix("sha256:").lower()
        if sha256 not in by_hash:
            name = _file_name(item, sha256[:_DIGEST_LENGTH])
            if name.casefold() in used:
                name = _file_name(item, sha256)
            used.add(name.casefold())
            url = _package_url(source, item)
            by_hash[sha256] = (name, DownloadRequest(url, int(item["archive_size"]), sha256))
        name, request = by_hash[sha256]
        changed = {
            "archive_url": f"./{name}",
            "archive_size": request.size,
            "archive_hash": f"sha256:{sha256}",
        }
        copied = {key: value for key, value in item.items() if key not in _NOT_IN_LISTINGS}
        renamed.append(_in_order(copied | changed))
    return dict(by_hash.values()), renamed


def _package_url(source: str, item: Entry) -> str:
    """Return the URL of the package of an entry; raises `InvalidListing` with the name of the entry."""
    try:
        if item["archive_size"] > MAX_SIZE:
            size = quote_value(item["archive_size"])
            raise InvalidListing.of("listing.archive-size", variant="too-large", value=size)
        return resolve_archive_url(source, item["archive_url"])
    except InvalidListing as error:
        raise InvalidListing(*(about_entry(problem, item) for problem in error.problems)) from error


def _has_valid_url(source: str, item: Entry, problems: ProblemList) -> bool:
    try:
        _package_url(source, item)
    except InvalidListing as error:
        problems.extend(error.problems)
        return False
    return True


def _file_name(item: Entry, digits: str) -> str:
    prefix = _NOT_PORTABLE.sub("_", f"{item['id']}-{item['version'].strip()}")
    return f"{prefix[:_MAX_PREFIX_LENGTH]}-{digits}.zip"


def _in_order(item: Entry) -> Entry:
    known = {key: item[key] for key in KEYS if key in item}
    return known | {key: item[key] for key in sorted(item.keys() - known.keys())}
