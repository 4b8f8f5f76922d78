"""Check the packages of a repository against their entries; those on the web are downloaded first."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from extery.core.errors import ExteryError, InvalidListing, Problem, ProblemList, Where
from extery.core.files import hash_file
from extery.fetch import (
    DownloadRequest,
    Fetcher,
    download,
    path_from_url,
    resolve_archive_url,
    run_all,
)
from extery.fetch.addresses import REMOTE
from extery.listing import LISTING_FILENAME
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.repository.check_listing import NumberedEntry
from extery.repository.entry_match import about_entry, check_match
from extery.repository.locations import check_package_url, package_name
from extery.rules.blender_verdicts import Refusal

#: Code of a failed transfer -> code of the problem of the repository.
_SERVER_CODES: Final = {
    "fetch.compressed": "server.compressed",
    "fetch.hash": "server.archive-hash",
    "fetch.not-found": "server.archive-missing",
    "fetch.size": "server.archive-size",
}


@dataclass(frozen=True)
class PackageEntry:
    """An entry, its position in the listing, and the download of its package."""

    number: int
    entry: dict[str, Any]
    request: DownloadRequest


def resolve_packages(
    address: str, entries: Iterable[NumberedEntry], problems: ProblemList
) -> list[PackageEntry]:
    """Return the entries whose package URL can be resolved, and check these URLs."""
    resolved = []
    for number, item in entries:
        where = Where(LISTING_FILENAME, ("data", number, "archive_url"))
        try:
            url = resolve_archive_url(address, item["archive_url"])
        except InvalidListing as error:
            problems.extend(problem._replace(where=where) for problem in error.problems)
            continue
        check_package_url(address, item["archive_url"], url, problems, where=where)
        sha256 = item["archive_hash"].removeprefix("sha256:").lower()
        request = DownloadRequest(url, item["archive_size"], sha256)
        resolved.append(PackageEntry(number, item, request))
    return resolved


def use_published_file(item: PackageEntry, folder: Path) -> PackageEntry:
    """Return the entry with the file in ``folder`` that its URL leads to once the folder is published.

    That is the file with the name, the size and the hash of the entry, whose URL begins with a ``base_url``.
    """
    request = item.request
    if urlsplit(request.url).scheme not in REMOTE:
        return item
    path = folder / package_name(request.url)
    if not path.is_file() or hash_file(path) != (request.sha256, request.size):
        return item
    return replace(item, request=replace(request, url=path.absolute().as_uri()))


def check_packages(
    entries: Sequence[PackageEntry],
    fetcher: Fetcher,
    problems: ProblemList,
    on_progress: Callable[[int, int], None],
    *,
    refusals: dict[str, tuple[Refusal, ...]],
    valid_tags: ValidTags | None = None,
) -> int:
    """Read each package once, and compare it with all of its entries; return the number of packages read.

    Adds the Blenders that refuse a package to ``refusals``, by id and version.

    ``on_progress`` is called with the number of checked entries and of all.
    """
    by_package: dict[DownloadRequest, list[PackageEntry]] = {}
    for item in entries:
        by_package.setdefault(item.request, []).append(item)
    checked: dict[int, list[Problem]] = {}
    unread: list[DownloadRequest] = []
    memory_lock = threading.Lock()  # each check may use as much memory as a package is allowed
    with tempfile.TemporaryDirectory(prefix="extery-") as name:
        folder = Path(name)

        def check(request: DownloadRequest) -> None:
            group = by_package[request]
            try:
                path = _local_package(request, folder, group[0].number, fetcher)
                with memory_lock:
                    for item in group:
                        match = check_match(item.entry, path, valid_tags=valid_tags)
                        checked[item.number] = [_at_entry(item, p) for p in match.problems]
                        if match.refusals:
                            refusals[f"{item.entry['id']} {item.entry['version']}"] = match.refusals
                if path.parent == folder:
                    path.unlink()
            except ExteryError as error:
                unread.append(request)
                faults = [_as_server_problem(problem) for problem in error.problems]
                for item in group:
                    checked[item.number] = [_at_entry(item, problem) for problem in faults]
            on_progress(len(checked), len(entries))

        failed = run_all(by_package, check, fetcher=fetcher)
        assert not failed  # check() reports every ExteryError
    for number in sorted(checked):
        problems.extend(checked[number])
    return len(by_package) - len(unread)


def _local_package(request: DownloadRequest, folder: Path, number: int, fetcher: Fetcher) -> Path:
    """Return the path of a local package, or download it into ``folder``."""
    if urlsplit(request.url).scheme not in REMOTE:
        return path_from_url(request.url)
    path = folder / f"{number}.zip"
    download(request, to=path, part=path.with_suffix(".part"), fetcher=fetcher)
    return path


def _as_server_problem(problem: Problem) -> Problem:
    """Return the problem of the repository that made a transfer fail, or the problem unchanged."""
    code = _SERVER_CODES.get(problem.code)
    if code is None:
        return problem
    values: dict[str, Any] = dict(problem.values)
    variant = values.pop("variant", "")
    variant = f"fetched-{variant}" if variant else "fetched"
    return Problem.of(code, where=problem.where, variant=variant, **values)


def _at_entry(item: PackageEntry, problem: Problem) -> Problem:
    """Return the problem at its entry, with a place in the package as a value."""
    location = str(problem.where)
    is_field = problem.where.path and not problem.where.file
    if location and not is_field:
        problem = problem.with_values(place_in_package=location)
    path = ("data", item.number, *(problem.where.path if is_field else ("archive_url",)))
    return about_entry(problem, item.entry)._replace(where=Where(LISTING_FILENAME, path))
