"""Check a repository as clients use it: the listing, every URL, every package.

Reads only. Packages of a repository on the web are downloaded into a temporary folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from extery.core.errors import Problem, ProblemList, Where
from extery.fetch import Fetcher, listing_url, path_from_url
from extery.listing import LISTING_FILENAME
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.repository.check_folder import (
    check_page,
    check_unlisted,
    folder_listings,
    is_listing,
)
from extery.repository.check_listing import (
    check_compressed,
    check_listing,
    check_texts,
    fetch_listing,
)
from extery.repository.check_packages import (
    PackageEntry,
    check_packages,
    resolve_packages,
    use_published_file,
)
from extery.repository.companions import stale_companions
from extery.repository.linked_listings import linked_listings
from extery.rules.blender_verdicts import Refusal, verdicts_as_dict

#: Areas of problems of a package, which are the same in every listing that has it.
_PACKAGE_AREAS = ("manifest.", "package.", "path.", "theme.", "wheel.")


class CheckedListing(NamedTuple):
    """A listing of the repository, by its path relative to the first one, with the numbers of entries and packages."""

    file: str
    entries: int
    packages: int


@dataclass(frozen=True)
class RepositoryCheckResult:
    """Problems of a repository and its listings, the requested one first."""

    url: str
    listings: tuple[CheckedListing, ...] = ()
    problems: ProblemList = field(default_factory=ProblemList)
    #: The Blenders that refuse a package, by its id and version.
    refusals: Mapping[str, tuple[Refusal, ...]] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        """The number of valid entries in all listings."""
        return sum(listing.entries for listing in self.listings)

    @property
    def packages(self) -> int:
        """The number of packages that were read."""
        return sum(listing.packages for listing in self.listings)

    @property
    def ok(self) -> bool:
        return not self.problems.errors

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "url": self.url,
            "entries": self.entries,
            "packages": self.packages,
            "listings": [listing._asdict() for listing in self.listings],
            "verdicts": {name: verdicts_as_dict(own) for name, own in self.refusals.items()},
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

    Of a folder, all listings in it and below it are checked; of a URL, those that its own listing and page lead to.
    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check.
    ``on_progress`` is called with the number of entries of a listing whose package was read, and the number of all.
    """
    checker = _Checker(fetcher, listing_only, valid_tags, on_progress)
    address = listing_url(url)
    problems = ProblemList()
    checker.check(address, LISTING_FILENAME, fetch_listing(address, fetcher, problems), problems)
    if urlsplit(address).scheme == "file":
        _check_folder(path_from_url(address).parent, checker)
    else:
        for other in linked_listings(address, fetcher):
            checker.check(other.address, other.name, other.data, other.problems)
    refusals = dict(sorted(checker.refusals.items()))
    return RepositoryCheckResult(url, tuple(checker.listings), checker.problems, refusals)


def _check_folder(folder: Path, checker: _Checker) -> None:
    """Check what lies beside and below the listing of a folder."""
    if all(urlsplit(item.request.url).scheme == "file" for item in checker.resolved):
        checker.published_folder = folder
    others = []
    for other in folder_listings(folder, checker.fetcher):
        others.append(other.data)
        if is_listing(other.data) and not other.has_older:
            checker.check(other.address, other.name, other.data, other.problems)
        else:
            checker.add(other.problems, other.name)
    urls = [item.request.url for item in checker.resolved]
    reads = not checker.listing_only
    check_unlisted(folder, urls, others, checker.problems, checker.valid_tags, reads=reads)
    check_page(folder, urls, checker.problems)


class _Checker:
    """Checks one listing after the other, and collects the results."""

    def __init__(
        self,
        fetcher: Fetcher,
        listing_only: bool,
        valid_tags: ValidTags | None,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self.fetcher = fetcher
        self.listing_only = listing_only
        self.valid_tags = valid_tags
        self.on_progress = on_progress
        #: Folder of the packages of the first listing: other listings may name them by their URL.
        self.published_folder: Path | None = None
        self.problems = ProblemList()
        self.listings: list[CheckedListing] = []
        self.resolved: list[PackageEntry] = []
        self.refusals: dict[str, tuple[Refusal, ...]] = {}
        #: Code and message of the problems of packages that were added.
        self._of_packages: set[tuple[str, str]] = set()

    def check(self, address: str, name: str, data: bytes, problems: ProblemList) -> None:
        """Check the listing received from ``address``, which is ``name`` in messages; add to its ``problems``."""
        entries, blocked = check_listing(data, problems, address=address)
        resolved = resolve_packages(address, entries, problems)
        packages = 0
        if not self.listing_only:
            # Blender never downloads blocked extensions, so a repository need not have their packages.
            offered = [item for item in resolved if item.entry["id"] not in blocked]
            if self.published_folder is not None:
                offered = [use_published_file(item, self.published_folder) for item in offered]
            packages = check_packages(
                offered,
                self.fetcher,
                problems,
                self.on_progress,
                refusals=self.refusals,
                valid_tags=self.valid_tags,
            )
        check_texts(entries, problems)
        if urlsplit(address).scheme == "file":
            _check_companions(path_from_url(address).parent, data, problems)
        else:
            check_compressed(address, data, self.fetcher, problems)
        self.resolved += resolved
        self.listings.append(CheckedListing(name, len(entries), packages))
        self.add(problems, name)

    def add(self, problems: ProblemList, name: str) -> None:
        """Add the problems of a listing; those of a package that another listing has too are added once."""
        before = set(self._of_packages)
        for problem in problems:
            key = problem.code, problem.message
            if problem.code.startswith(_PACKAGE_AREAS):
                self._of_packages.add(key)
            if key not in before:
                self.problems.append(_in_listing(problem, name))


def _check_companions(folder: Path, listing: bytes, problems: ProblemList) -> None:
    """Report the companions of another listing: all for the same reason, so in one problem."""
    if names := list(stale_companions(folder, listing)):
        problems.add(
            "server.stale-companion",
            variant="several" if len(names) > 1 else "",
            where=Where(names[0]),
            names=", ".join(names),
        )


def _in_listing(problem: Problem, name: str) -> Problem:
    """Return the problem with the folder of its listing in front of its file."""
    folder = name.removesuffix(LISTING_FILENAME)
    return problem._replace(where=problem.where._replace(file=f"{folder}{problem.where.file}"))
