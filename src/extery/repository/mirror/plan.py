"""What a mirror will do: which entries it lists, under which names, what it fetches and removes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extery.core.errors import InvalidListing, ProblemList
from extery.core.text import quote_value as shown_value
from extery.fetch import DownloadRequest, resolve_archive_url
from extery.listing.audience import without_invalid_pythons
from extery.listing.entries import KEYS, Entry, Listing, dump
from extery.listing.entries import listing as document
from extery.listing.partition import partition
from extery.repository.mirror.filters import Filters

#: What file systems can hold: a listing may have numbers of thousands of digits here.
MAX_SIZE = 2**63 - 1
_PORTABLE = re.compile(r"[^A-Za-z0-9._-]+")
# With the rest of the name below what every file system takes.
_LONGEST = 120
_DIGITS = 12


@dataclass(frozen=True)
class Plan:
    """``entries`` are those of the new listing, ``wanted`` the packages they name, by file name.

    Blocked extensions stay listed, because Blender shows a block only beside an entry. Their
    packages are not wanted: Blender does not ask for them, and a server may not give them away.
    """

    source: str
    entries: Sequence[Entry]
    blocklist: Sequence[Mapping[str, str]]
    wanted: Mapping[str, DownloadRequest]
    fetch: Sequence[str]
    remove: Sequence[str]
    left_out: Sequence[Entry]
    """Older versions that some systems nobody has named would have got from the source."""

    @property
    def keep(self) -> list[str]:
        """The packages that are there already."""
        missing = set(self.fetch)
        return [name for name in self.wanted if name not in missing]

    @property
    def bytes_to_fetch(self) -> int:
        return sum(self.wanted[name].size for name in self.fetch)

    def without(self, failed: Iterable[str]) -> Plan:
        """The plan without the packages that could not be fetched, and without their entries."""
        gone = set(failed)
        entries = [item for item in self.entries if item["archive_url"][2:] not in gone]
        wanted = {name: file for name, file in self.wanted.items() if name not in gone}
        fetch = [name for name in self.fetch if name not in gone]
        return Plan(self.source, entries, self.blocklist, wanted, fetch, self.remove, self.left_out)

    def listing(self) -> bytes:
        """The listing to write."""
        return dump(document(self.entries, self.blocklist))


def plan_mirror(
    source: str,
    listings: Sequence[Listing],
    *,
    filters: Filters,
    is_there: Callable[[str, DownloadRequest], bool],
    mine: Iterable[str] = (),
    faults: ProblemList | None = None,
) -> Plan:
    """Plan a mirror of what ``listings`` say, all from the listing address ``source``.

    ``is_there`` tells whether the folder has a package already, ``mine`` are the files that
    earlier runs have put there. An entry whose package has no address raises `InvalidListing`, or is left out
    and noted in ``faults``.
    """
    merged = _merged(listing.data for listing in listings)
    entries = filters.keep(without_invalid_pythons(item) for item in merged)
    if faults is not None:
        entries = [item for item in entries if _has_address(source, item, faults)]
    divided = partition(entries, more_platforms=filters.platforms)
    named, renamed = _named(source, divided.entries)
    blocked = {str(block.get("id")) for listing in listings for block in listing.blocklist}
    open_to_all = {item["archive_url"][2:] for item in renamed if item["id"] not in blocked}
    wanted = {name: file for name, file in named.items() if name in open_to_all}
    return Plan(
        source=source,
        entries=renamed,
        blocklist=_merged(listing.blocklist for listing in listings),
        wanted=wanted,
        fetch=[name for name, file in wanted.items() if not is_there(name, file)],
        remove=sorted(set(mine) - set(wanted)),
        left_out=divided.lost,
    )


def _merged(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """All items in order, each once."""
    found: list[Any] = []
    seen: set[str] = set()
    for items in lists:
        for item in items:
            text = repr(item)
            if text not in seen:
                seen.add(text)
                found.append(item)
    return found


def _named(source: str, entries: Sequence[Entry]) -> tuple[dict[str, DownloadRequest], list[Entry]]:
    """The packages by name, and the entries that name them.

    A name holds the hash, so that it never means another file: while a listing is replaced,
    readers of the old one still find what it promises. Entries of one file share it.
    """
    by_hash: dict[str, tuple[str, DownloadRequest]] = {}
    taken: set[str] = set()
    renamed = []
    for item in entries:
        sha256 = item["archive_hash"].removeprefix("sha256:").lower()
        if sha256 not in by_hash:
            name = _file_name(item, sha256[:_DIGITS])
            if name.casefold() in taken:
                name = _file_name(item, sha256)
            taken.add(name.casefold())
            url = _address(source, item)
            by_hash[sha256] = (name, DownloadRequest(url, item["archive_size"], sha256))
        name, file = by_hash[sha256]
        changed = {
            "archive_url": f"./{name}",
            "archive_size": file.size,
            "archive_hash": f"sha256:{sha256}",
        }
        # A build table would stop Blender, and wheels have no meaning in a listing.
        kept = {key: value for key, value in item.items() if key not in ("build", "wheels")}
        renamed.append(_in_order(kept | changed))
    return dict(by_hash.values()), renamed


def _address(source: str, item: Entry) -> str:
    """Where the package of an entry is; an error names the entry, one of perhaps thousands."""
    try:
        if item["archive_size"] > MAX_SIZE:
            raise InvalidListing.of(
                "listing.archive-size",
                f"a package cannot have {shown_value(item['archive_size'])} bytes",
                hint="the owner of the repository has to write the size of the file",
            )
        return resolve_archive_url(source, item["archive_url"])
    except InvalidListing as error:
        named = [
            problem._replace(message=f"{item['id']} {item['version']}: {problem.message}")
            for problem in error.problems
        ]
        raise InvalidListing(*named) from error


def _has_address(source: str, item: Entry, faults: ProblemList) -> bool:
    try:
        _address(source, item)
    except InvalidListing as error:
        faults.extend(error.problems)
        return False
    return True


def _file_name(item: Entry, digits: str) -> str:
    text = _PORTABLE.sub("_", f"{item['id']}-{item['version'].strip()}")[:_LONGEST]
    return f"{text}-{digits}.zip"


def _in_order(item: Entry) -> Entry:
    known = {key: item[key] for key in KEYS if key in item}
    return known | {key: item[key] for key in sorted(item.keys() - known.keys())}
