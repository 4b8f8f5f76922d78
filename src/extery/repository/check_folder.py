"""Check what lies beside the listing of a folder: other listings, packages without an entry, the page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from extery.core.errors import Problem, ProblemList, Where
from extery.core.files import read_regular
from extery.fetch.repository_addresses import linked_urls
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_FOLDER
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.repository.ownership import is_own_page
from extery.repository.write import PAGE_FILENAME
from extery.rules.engine import Scope, check_package

#: Maximum names of packages in one message.
_MAX_NAMES = 3
#: Places of listings below a folder: complete listings, channels and sets, and the complete listings of these.
_PATTERNS = ("*", "*/*", f"*/*/{COMPLETE_FOLDER}")
#: What every listing contains, also one that is cut off.
_MARKS = (b'"archive_url"', b'"blocklist"')
#: Problems of a zip that is no extension.
_NO_EXTENSION = frozenset({"package.manifest-missing", "package.legacy"})


def find_listings(folder: Path) -> list[str]:
    """Return the listings below ``folder``, as paths relative to it; other files of this name are left out."""
    names = []
    for path in _listing_files(folder):
        with suppress(OSError):
            data = read_regular(path)
            if any(mark in data for mark in _MARKS):
                names.append(path.relative_to(folder).as_posix())
    return names


def _listing_files(folder: Path) -> Iterator[Path]:
    for pattern in _PATTERNS:
        paths = sorted(folder.glob(f"{pattern}/{LISTING_FILENAME}"))
        yield from (
            p for p in paths if not any(part[0] == "." for part in p.relative_to(folder).parts)
        )


def check_unlisted(
    folder: Path,
    urls: Iterable[str],
    problems: ProblemList,
    valid_tags: ValidTags | None,
    *,
    reads: bool,
) -> None:
    """Report the packages in ``folder`` that neither ``urls`` nor a listing below it names.

    One that Blender cannot install is reported with the reason, if the check ``reads`` packages.
    """
    # Of a package that lies elsewhere, the folder may have a copy of the same name.
    listed = set(map(_package_name, urls))
    other_listings = "".join(_read_other_listings(folder))
    unlisted = []
    for path in sorted(folder.glob("*.zip")):
        if path.name in listed or path.name.startswith(".") or not path.is_file():
            continue
        if path.name in other_listings or quote(os.fsencode(path.name)) in other_listings:
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


def _read_other_listings(folder: Path) -> Iterator[str]:
    """Yield the listings of channels and sets below the folder, and that of legacy add-ons in it."""
    for path in (*_listing_files(folder), folder / "repo.json"):
        with suppress(OSError):
            yield path.read_text("utf-8", "replace")


def check_page(folder: Path, urls: Iterable[str], problems: ProblemList) -> None:
    """Warn if the generated page of the folder links to packages that no listing has."""
    path = folder / PAGE_FILENAME
    if not path.is_file() or not is_own_page(path):
        return
    listed = {_package_name(url) for url in urls}
    linked = {_package_name(url) for url in linked_urls(read_regular(path))}
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


def _package_name(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]
