"""Check a repository as clients use it: the listing, every URL, every package.

Reads only. Packages of a repository on the web are downloaded into a temporary folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from extery.core.errors import ProblemList, Where
from extery.fetch import Fetcher, listing_url, path_from_url
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_FOLDER
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.repository.check_listing import check_compressed, check_listing, fetch_listing
from extery.repository.check_packages import PackageEntry, check_packages, resolve_packages
from extery.repository.companions import stale_companions

#: Maximum names of packages in one message.
_MAX_NAMES = 3


@dataclass(frozen=True)
class RepositoryCheckResult:
    """Problems of a repository; ``entries`` counts valid entries, ``packages`` the packages that were read."""

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
    valid_tags: ValidTags | None = None,
    on_progress: Callable[[int, int], None] = lambda _checked, _total: None,
) -> RepositoryCheckResult:
    """Check the repository ``url`` (of http, https or file); raises an `ExteryError` without a listing.

    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check.
    ``on_progress`` is called with the number of entries whose package was read, and the number of all.
    """
    address = listing_url(url)
    problems = ProblemList()
    listing = fetch_listing(address, fetcher, problems)
    entries, blocked = check_listing(listing, problems, address=address)
    resolved = resolve_packages(address, entries, problems)
    packages = 0
    if not listing_only:
        # Blender never downloads blocked extensions, so a repository need not have their packages.
        offered = [item for item in resolved if item.entry["id"] not in blocked]
        packages = check_packages(offered, fetcher, problems, on_progress, valid_tags=valid_tags)
    if urlsplit(address).scheme == "file":
        folder = path_from_url(address).parent
        _check_unlisted(folder, resolved, problems)
        for name in stale_companions(folder, listing):
            problems.add("server.stale-companion", where=Where(name), names=name)
    else:
        check_compressed(address, listing, fetcher, problems)
    return RepositoryCheckResult(url, len(entries), packages, problems)


def _check_unlisted(folder: Path, entries: Iterable[PackageEntry], problems: ProblemList) -> None:
    """Report the packages in ``folder`` that neither its listing nor another one below it lists."""
    urls = [item.request.url for item in entries]
    # Of a package that lies elsewhere, the folder may have a copy of the same name.
    listed = {unquote(urlsplit(url).path).rpartition("/")[2] for url in urls}
    other_listings = "".join(_read_other_listings(folder))
    unlisted = [
        path.name
        for path in sorted(folder.glob("*.zip"))
        if path.name not in listed
        and not path.name.startswith(".")
        and path.is_file()
        and path.name not in other_listings
        and quote(os.fsencode(path.name)) not in other_listings
    ]
    if unlisted:
        more = len(unlisted[_MAX_NAMES:])
        problems.add(
            "server.unlisted",
            variant="several" if more else "",
            where=Where(unlisted[0]),
            names=", ".join(unlisted[:_MAX_NAMES]),
            more=more,
        )


def _read_other_listings(folder: Path) -> Iterator[str]:
    """Yield the listings of channels and sets below the folder, and that of legacy add-ons in it."""
    folders = ("*", "*/*", f"*/*/{COMPLETE_FOLDER}")
    for pattern in (*(f"{name}/{LISTING_FILENAME}" for name in folders), "repo.json"):
        for path in folder.glob(pattern):
            with suppress(OSError):
                yield path.read_text("utf-8", "replace")
