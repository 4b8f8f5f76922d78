"""Check what lies beside the listing of a folder: other listings, packages without an entry, the page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from extery.core.errors import (
    ExteryError,
    InvalidListing,
    NotFound,
    Problem,
    ProblemList,
    Unavailable,
    Where,
)
from extery.core.files import read_regular
from extery.fetch import Fetcher
from extery.fetch.repository_addresses import linked_urls
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_FOLDER
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.repository.check_listing import OtherListing, fetch_listing
from extery.repository.locations import package_name
from extery.repository.ownership import is_own_page
from extery.repository.write import LEGACY_LISTING, PAGE_FILENAME
from extery.rules.engine import Scope, check_package

#: Maximum names of packages in one message.
_MAX_NAMES = 3
#: Places of listings below a folder: complete listings, channels and sets, and the complete listings of these.
_PATTERNS = ("*", "*/*", f"*/*/{COMPLETE_FOLDER}")
#: What every listing contains, also one that is cut off.
_MARKS = (b'"archive_url"', b'"blocklist"')
#: Problems of a zip that is no extension.
_NO_EXTENSION = frozenset({"package.manifest-missing", "package.legacy"})


def folder_listings(folder: Path, fetcher: Fetcher) -> Iterator[OtherListing]:
    """Yield the files ``index.json`` below ``folder``; one that is too large has no data and the reason.

    Other files of this name, and those that cannot be read, are left out.
    """
    for path in _listing_files(folder):
        name, address, problems = path.relative_to(folder).as_posix(), path.as_uri(), ProblemList()
        try:
            data = fetch_listing(address, fetcher, problems)
        except (InvalidListing, NotFound, Unavailable):
            continue
        except ExteryError as error:
            problems.extend(error.problems)
            data = b""
        yield OtherListing(name, address, data, problems)


def is_listing(data: bytes) -> bool:
    """Return whether a file is a listing, perhaps one that is cut off."""
    return any(mark in data for mark in _MARKS)


def _listing_files(folder: Path) -> Iterator[Path]:
    for pattern in _PATTERNS:
        paths = sorted(folder.glob(f"{pattern}/{LISTING_FILENAME}"))
        yield from (
            p for p in paths if not any(part[0] == "." for part in p.relative_to(folder).parts)
        )


def check_unlisted(
    folder: Path,
    urls: Iterable[str],
    others: Sequence[bytes],
    problems: ProblemList,
    valid_tags: ValidTags | None,
    *,
    reads: bool,
) -> None:
    """Report the packages in ``folder`` that neither ``urls`` nor one of the ``others``, its other listings, names.

    One that Blender cannot install is reported with the reason, if the check ``reads`` packages.
    """
    # Of a package that lies elsewhere, the folder may have a copy of the same name.
    listed = set(map(package_name, urls))
    others = [*others, *_legacy_listing(folder)]
    unlisted = []
    for path in sorted(folder.glob("*.zip")):
        if path.name in listed or path.name.startswith(".") or not path.is_file():
            continue
        raw = os.fsencode(path.name)
        if any(raw in other or quote(raw).encode() in other for other in others):
            continue
        reasons = _reasons_to_leave_out(path, valid_tags) if reads else []
        problems.extend(reasons)
        if not reasons:
            unlisted.append(path.name)
    if unlisted:
        more = len(unlisted[_MAX_NAMES:])
        problems.add(
            "server.unlisted",
            variant="several" if more else "",
            where=Where(unlisted[0]),
            names=", ".join(unlisted[:_MAX_NAMES]),
            more=more,
        )


def _reasons_to_leave_out(path: Path, valid_tags: ValidTags | None) -> list[Problem]:
    """Return the errors of an extension that cannot be installed; none of another zip."""
    report = check_package(path, name=path.name, scope=Scope.REPOSITORY, valid_tags=valid_tags)
    if report.installable_manifest is not None:
        return []
    if any(map(_is_no_extension, report.problems)):
        return []
    return [
        problem
        if problem.where.file in ("", path.name)
        else problem._replace(
            where=problem.where._replace(file=f"{path.name}/{problem.where.file}")
        )
        for problem in report.problems.errors
    ]


def _is_no_extension(problem: Problem) -> bool:
    """Return whether a zip has no manifest; one in a hidden folder is a mistake."""
    return problem.code in _NO_EXTENSION and ("variant", "hidden") not in problem.values


def _legacy_listing(folder: Path) -> Iterator[bytes]:
    """Yield the listing of legacy add-ons in the folder, if there is one."""
    with suppress(OSError):
        yield read_regular(folder / LEGACY_LISTING)


def check_page(folder: Path, urls: Iterable[str], problems: ProblemList) -> None:
    """Warn if the generated page of the folder links to packages that no listing has."""
    path = folder / PAGE_FILENAME
    if not path.is_file() or not is_own_page(path):
        return
    listed = {package_name(url) for url in urls}
    linked = {package_name(url) for url in linked_urls(read_regular(path))}
    outdated = sorted(name for name in linked if name.endswith(".zip") and name not in listed)
    if outdated:
        more = len(outdated[_MAX_NAMES:])
        problems.add(
            "server.stale-page",
            variant="several" if more else "",
            where=Where(PAGE_FILENAME),
            file=PAGE_FILENAME,
            names=", ".join(outdated[:_MAX_NAMES]),
            more=more,
        )
