"""Versions that a listing does not carry: repositories that list only the newest version are asked for the others.

Where to ask is in the listing, see `extery.listing.all_versions`. The answer is a listing, of one extension or of all,
and as untrusted: its entries pass the same checks, and only those of extensions that were asked for count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extery.client.choice import FoundVersions
from extery.client.index.candidates import Candidate, reason_against
from extery.client.repositories import Repository
from extery.client.targets import Target
from extery.core.errors import ExteryError, ProblemList, Refused
from extery.core.files import read_regular
from extery.core.types import TYPES_BY_NAME
from extery.fetch.addresses import listing_url, origin_of, redact_url, resolve_archive_url
from extery.listing.all_versions import all_versions_url
from extery.listing.delta import split_listing
from extery.listing.entries import Listing, check_entry
from extery.listing.lenient import read_accepted

if TYPE_CHECKING:
    from extery.fetch import Fetcher

#: Maximum bytes of an answer: all versions of a repository with some ten thousand.
MAX_SIZE = 20_000_000

#: Returns the fetcher for a repository at a URL; raises `Refused` if it may not be requested.
FetcherFor = Callable[[str, Target], "Fetcher"]


@dataclass(frozen=True)
class _Job:
    """A document to fetch, and the ids that are searched for in it."""

    repository: Repository
    url: str
    ids: tuple[str, ...]


class _Fetchers:
    """One open fetcher for each repository."""

    def __init__(self, make: Callable[[str], Fetcher]) -> None:
        self._make = make
        self.opened: dict[str, Fetcher] = {}

    def open_all(self, jobs: Iterable[_Job]) -> Iterator[tuple[_Job, ExteryError]]:
        """Open the fetchers of the jobs; yield those whose repository may not be requested."""
        for job in jobs:
            url = job.repository.url
            try:
                if url not in self.opened:
                    self.opened[url] = self._make(url).__enter__()
            except ExteryError as error:
                yield job, error

    def stop(self) -> None:
        for fetcher in self.opened.values():
            fetcher.stop()

    def close(self) -> None:
        for fetcher in self.opened.values():
            fetcher.__exit__(None, None, None)


def find_all_versions(
    target: Target, wanted: Iterable[tuple[Repository, str]], *, fetcher_for: FetcherFor
) -> FoundVersions:
    """Ask the repositories of ``wanted``, pairs of a repository and an id, for all versions of the extension.

    A repository that does not offer them is not asked, and nothing is raised for one that fails.
    """
    found = FoundVersions()
    jobs = [*_jobs(target, dict.fromkeys(wanted))]
    if not jobs:
        return found
    # Imported here: hardly any plan asks, and the HTTP library takes long to load.
    from extery.fetch import run_all

    found.asked = {(job.repository.name, one): None for job in jobs for one in job.ids}
    fetchers = _Fetchers(lambda url: fetcher_for(url, target))

    def run(job: _Job) -> None:
        fetcher = fetchers.opened[job.repository.url]
        found.candidates += _fetch(target, job, fetcher)

    try:
        refused = dict(fetchers.open_all(jobs))
        failed = run_all([job for job in jobs if job not in refused], run, fetcher=fetchers)
    finally:
        fetchers.close()
    for job, error in [*refused.items(), *failed]:
        found.asked |= {(job.repository.name, one): error for one in job.ids}
    return found


def _jobs(target: Target, wanted: Iterable[tuple[Repository, str]]) -> Iterator[_Job]:
    heads: dict[str, dict[str, object]] = {}
    documents: dict[tuple[str, str], tuple[Repository, list[str]]] = {}
    for repository, identifier in wanted:
        if repository.name not in heads:
            heads[repository.name] = _head(target, repository)
        path = all_versions_url(heads[repository.name], identifier)
        if path:
            url = resolve_archive_url(listing_url(repository.url), path)
            documents.setdefault((repository.name, url), (repository, []))[1].append(identifier)
    for (_, url), (repository, ids) in documents.items():
        yield _Job(repository, url, tuple(ids))


def _head(target: Target, repository: Repository) -> dict[str, object]:
    """Return the keys of the stored listing without its data."""
    try:
        return split_listing(read_regular(repository.listing_in(target)))[0]
    except (OSError, ValueError):
        return {}


def _fetch(target: Target, job: _Job, fetcher: Fetcher) -> list[Candidate]:
    from extery.fetch import get_document

    document = get_document(job.url, fetcher=fetcher, limit=MAX_SIZE)
    assert document is not None  # there was no condition
    if origin_of(document.url) != origin_of(job.url):
        raise Refused.of(
            "install.versions-elsewhere", url=redact_url(job.url), target=redact_url(document.url)
        )
    accepted = read_accepted(document.body, target.blender, file=job.repository.name)
    blocks = accepted.document.get("blocklist")
    blocked = Listing([], blocks if isinstance(blocks, list) else []).blocked
    return [
        Candidate(
            job.repository,
            entry,
            reason_against(entry, target.system),
            blocked.get(entry["id"], ""),
        )
        for entry in accepted.entries
        if entry["id"] in job.ids and _is_valid(entry)
    ]


def _is_valid(entry: dict[str, object]) -> bool:
    """Whether an entry is of a known type and passes the checks, which a Blender leaves out for types it does not know."""
    if entry.get("type") not in TYPES_BY_NAME:
        return False
    problems = ProblemList()
    check_entry(entry, problems, file="", index=0)
    return not problems.errors
