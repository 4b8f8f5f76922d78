"""Check a repository as those who use it meet it: the listing, every address, every package.

Reads only. Packages of a repository on the web are downloaded into a folder that is removed again.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from extery.core.errors import (
    Corrupt,
    ExteryError,
    InvalidListing,
    NotFound,
    Problem,
    ProblemList,
    Where,
)
from extery.fetch import (
    DownloadRequest,
    Fetcher,
    download,
    get_document,
    listing_url,
    path_from_url,
    resolve_archive_url,
    run_all,
)
from extery.fetch.addresses import LISTING, REMOTE
from extery.listing.audience import has_invalid_pythons, without_invalid_pythons
from extery.listing.entries import Entry, check_entry, parse
from extery.repository.ambiguity import find_clashes
from extery.repository.entry_match import check_agreement
from extery.repository.locations import check_package_url

_FILE = LISTING


@dataclass(frozen=True)
class Checked:
    """What was found. ``packages`` are those that were read."""

    url: str
    entries: int = 0
    packages: int = 0
    problems: ProblemList = field(default_factory=ProblemList)

    @property
    def ok(self) -> bool:
        return not self.problems.errors

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "url": self.url,
            "entries": self.entries,
            "packages": self.packages,
            "problems": [problem.as_dict() for problem in self.problems],
        }


def check_repository(
    url: str,
    *,
    fetcher: Fetcher,
    listing_only: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Checked:
    """Check the repository ``url`` (of http, https or file); a missing listing is an error.

    ``on_progress`` gets the number of packages that have been read, and of all.
    """
    address = listing_url(url)
    problems = ProblemList()
    found, blocked = _parse(_listing(address, fetcher, problems), problems)
    entries = _readable(found, problems)
    _check_clashes(entries, problems)
    wanted = _locate(address, entries, problems)
    read = 0
    if not listing_only:
        # Blender never asks for those, so a repository need not have them.
        met = [one for one in wanted if one.entry["id"] not in blocked]
        read = _check_packages(met, fetcher, problems, on_progress)
    if urlsplit(address).scheme == "file":
        _check_unlisted(path_from_url(address).parent, wanted, problems)
    return Checked(url, len(entries), read, problems)


def _listing(address: str, fetcher: Fetcher, problems: ProblemList) -> bytes:
    """The listing, asked for as Blender asks."""
    try:
        found = get_document(address, fetcher=fetcher, compressed=False)
    except Corrupt as error:
        if error.code != "fetch.compressed":
            raise
        problems.add(
            "server.compressed",
            "the server sends the listing compressed although the request did not accept it",
            hint="compress only for clients whose Accept-Encoding has it",
            where=Where(_FILE),
        )
        found = get_document(address, fetcher=fetcher)  # the rest is checked all the same
    assert found is not None  # the question had no condition
    return found.body


def _parse(data: bytes, problems: ProblemList) -> tuple[list[tuple[int, Entry]], set[str]]:
    """The entries that can be checked further, with their places in the listing, and the blocked ids."""
    try:
        listing = parse(data, file=_FILE)
    except InvalidListing as error:
        problems.extend(error.problems)
    else:
        return list(enumerate(listing.data)), set(listing.blocked)
    document = _document(data)
    good = []
    for number, item in enumerate(_part(document, "data")):
        own = ProblemList()
        check_entry(item, own, file=_FILE, index=number)
        if not own.errors:
            good.append((number, item))
    blocks = _part(document, "blocklist")
    return good, {str(b["id"]) for b in blocks if isinstance(b, dict) and "id" in b}


def _readable(
    entries: Iterable[tuple[int, Entry]], problems: ProblemList
) -> list[tuple[int, Entry]]:
    """The entries, without what Blender's check lets through and cannot read afterwards."""
    found = []
    for number, item in entries:
        if has_invalid_pythons(item):
            problems.add(
                "server.pythons",
                f"python_versions of {item['id']} are no list of strings",
                hint='write ["3.11"], or leave it out',
                where=Where(_FILE, ("data", number, "python_versions")),
            )
        found.append((number, without_invalid_pythons(item)))
    return found


def _document(data: bytes) -> dict[str, Any]:
    """The listing as far as it can be read."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(document: dict[str, Any], key: str) -> list[Any]:
    """A list of the listing, if it is there."""
    found = document.get(key)
    return found if isinstance(found, list) else []


def _check_clashes(entries: Sequence[tuple[int, Entry]], problems: ProblemList) -> None:
    for clash in find_clashes([item for _, item in entries]):
        (_, first), (number, second) = entries[clash.first], entries[clash.second]
        problems.add(
            "listing.several",
            f"{first['id']} {first['version']} and {second['version']} both fit {clash.system}",
            hint="list the newest, or end the Blender versions of the other with blender_version_max",
            where=Where(_FILE, ("data", number)),
        )


@dataclass(frozen=True)
class _Located:
    """An entry whose package has an address; ``number`` is its place in the listing."""

    number: int
    entry: Entry
    wanted: DownloadRequest


def _locate(
    address: str, entries: Iterable[tuple[int, Entry]], problems: ProblemList
) -> list[_Located]:
    found = []
    for number, item in entries:
        where = Where(_FILE, ("data", number, "archive_url"))
        try:
            url = resolve_archive_url(address, item["archive_url"])
        except InvalidListing as error:
            problems.extend(problem._replace(where=where) for problem in error.problems)
            continue
        check_package_url(address, item["archive_url"], url, problems, where=where)
        sha256 = item["archive_hash"].removeprefix("sha256:").lower()
        found.append(_Located(number, item, DownloadRequest(url, item["archive_size"], sha256)))
    return found


def _check_packages(
    located: Sequence[_Located],
    fetcher: Fetcher,
    problems: ProblemList,
    on_progress: Callable[[int, int], None],
) -> int:
    """Read every package once, whatever the number of its entries; answers with how many there were."""
    by_package: dict[DownloadRequest, list[_Located]] = {}
    for one in located:
        by_package.setdefault(one.wanted, []).append(one)
    found: dict[int, list[Problem]] = {}
    one_at_a_time = threading.Lock()  # each may take as much memory as a package is allowed to
    with tempfile.TemporaryDirectory(prefix="extery-") as name:
        folder = Path(name)

        def read(wanted: DownloadRequest) -> None:
            group = by_package[wanted]
            try:
                if urlsplit(wanted.url).scheme in REMOTE:
                    path = folder / f"{group[0].number}.zip"
                    part = folder / f"{group[0].number}.part"
                    download(wanted, to=path, part=part, fetcher=fetcher)
                else:
                    path = path_from_url(wanted.url)
                with one_at_a_time:
                    for one in group:
                        found[one.number] = list(_check_one(one, path))
                if path.parent == folder:
                    path.unlink()
            except ExteryError as error:
                for one in group:
                    found[one.number] = [_about(one, p) for p in _as_met(error)]
            on_progress(len(found), len(located))

        failed = run_all(by_package, read, fetcher=fetcher)
        assert not failed  # each error was made a finding
    for number in sorted(found):
        problems.extend(found[number])
    return len(by_package)


def _check_one(one: _Located, path: Path) -> Iterable[Problem]:
    return [_about(one, problem) for problem in check_agreement(one.entry, path)]


def _as_met(error: ExteryError) -> tuple[Problem, ...]:
    """What fails in our transfer, in the words for what is wrong with the repository."""
    codes = {
        "fetch.compressed": "server.compressed",
        "fetch.size": "server.archive-size",
        "fetch.hash": "server.archive-hash",
    }
    if isinstance(error, NotFound):
        return tuple(p._replace(code="server.archive-missing") for p in error.problems)
    return tuple(p._replace(code=codes.get(p.code, p.code)) for p in error.problems)


def _about(one: _Located, problem: Problem) -> Problem:
    """The problem at its entry; one inside the package keeps its place in the message."""
    inside = str(problem.where)
    is_listing = problem.where.path and not problem.where.file
    message = problem.message if is_listing or not inside else f"{inside}: {problem.message}"
    path = ("data", one.number, *(problem.where.path if is_listing else ("archive_url",)))
    named = f"{one.entry['id']} {one.entry['version']}: {message}"
    return problem._replace(message=named, where=Where(_FILE, path))


def _check_unlisted(folder: Path, located: Iterable[_Located], problems: ProblemList) -> None:
    listed = {
        path_from_url(one.wanted.url).name for one in located if one.wanted.url[:5] == "file:"
    }
    others = "".join(_other_listings(folder))
    unlisted = [
        path.name
        for path in sorted(folder.glob("*.zip"))
        if path.name not in listed
        and not path.name.startswith(".")
        and path.is_file()
        and path.name not in others
        and quote(os.fsencode(path.name)) not in others
    ]
    if unlisted:
        rest = len(unlisted) - len(unlisted[:3])
        names = ", ".join(unlisted[:3]) + (f" and {rest} more" if rest else "")
        problems.add(
            "server.unlisted",
            f"no entry names {names}",
            hint="older versions that nobody would get may stay; remove what is not wanted",
            where=Where(unlisted[0]),
        )


def _other_listings(folder: Path) -> Iterator[str]:
    """The listings of channels and sets below the folder, and that of older add-ons in it."""
    for pattern in (f"*/{LISTING}", f"*/*/{LISTING}", "repo.json"):
        for path in folder.glob(pattern):
            with suppress(OSError):
                yield path.read_text("utf-8", "replace")
