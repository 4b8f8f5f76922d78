"""Find the repository that a user means by a URL or a path.

`extery.fetch` recognises drag-and-drop links, home pages and pages of code hosts. Where its answer names one listing,
that is taken if it is one; the user is informed what was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from os import scandir
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from extery.core.errors import ExteryError, InvalidInput, Problem
from extery.core.text import os_error_text
from extery.fetch import repository_url
from extery.fetch.addresses import origin_of, redact_url
from extery.listing import LISTING_FILENAME
from extery.manifest.document import MANIFEST_FILENAME

#: Items of a folder that are looked at to find out what it is.
_MAX_ITEMS = 10_000
#: Codes of answers before a request -> the value with the URL that was meant.
_MEANT = {
    ("fetch.drag-link", ""): "repository",
    ("fetch.url", "no-scheme"): "suggestion",
    ("fetch.url", "slashes"): "suggestion",
}


class Source(NamedTuple):
    """A remote repository with a ``url``, or a local one with a ``folder``. ``is_other`` for another URL than was given."""

    url: str = ""
    folder: Path | None = None
    is_other: bool = False


def find_source(
    text: str, check: Callable[[str], None] | None, *, same_origin: bool = False
) -> Source:
    """Return the repository at ``text``, a URL or a path.

    ``check`` raises an `ExteryError` unless there is a listing at a URL; without it nothing is requested. With
    ``same_origin``, a URL that was meant is taken only if it has the origin of the given one. Raises an `ExteryError`
    that explains what was given instead.
    """
    if folder := _local_folder(text):
        return Source(folder=folder)
    url, is_other = _given_url(text, same_origin=same_origin)
    if check is None:
        return Source(url, is_other=is_other)
    try:
        check(url)
    except ExteryError as error:
        for candidate in _named_by(error):
            if same_origin and origin_of(candidate) != origin_of(url):
                continue
            with suppress(ExteryError):
                check(candidate)
                return Source(candidate, is_other=True)
        raise
    return Source(url, is_other=is_other)


def _given_url(text: str, *, same_origin: bool) -> tuple[str, bool]:
    try:
        url, is_other = repository_url(text), False
    except InvalidInput as error:
        problem = error.problems[0]
        values = dict(problem.values)
        key = _MEANT.get((problem.code, str(values.get("variant", ""))))
        if key is None:
            raise
        url, is_other = repository_url(str(values[key])), True
        is_link = problem.code == "fetch.drag-link"
        if same_origin and is_link and origin_of(text.strip()) != origin_of(url):
            raise
    if "@" in urlsplit(url).netloc:
        raise InvalidInput.of("repo.credentials", url=redact_url(url))
    return url, is_other


def _named_by(error: ExteryError) -> Iterator[str]:
    """Yield the URLs that the answer to a web page names."""
    problem: Problem = error.problems[0]
    if problem.code == "listing.web-page":
        values = dict(problem.values)
        for key in ("site", "suggestion"):
            url = values.get(key)
            if isinstance(url, str) and url:
                yield url


def _local_folder(text: str) -> Path | None:
    """Return a folder of extensions without a listing, which is a local repository; ``None`` for anything else."""
    try:
        path = Path(text)
        if not path.is_dir() or (path / LISTING_FILENAME).exists():
            return None
    except (OSError, ValueError):
        return None
    path = path.resolve()
    if (path / MANIFEST_FILENAME).exists():
        raise InvalidInput.of(
            "repo.folder", variant="extension", path=str(path), suggestion=str(path.parent)
        )
    try:
        with scandir(path) as items:
            names = [item.name for _, item in zip(range(_MAX_ITEMS), items, strict=False)]
    except OSError as error:
        reason = os_error_text(error)
        raise InvalidInput.of("repo.folder", path=str(path), reason=reason) from error
    is_parent = any((path / name / MANIFEST_FILENAME).is_file() for name in names)
    if not is_parent and any(name.lower().endswith(".zip") for name in names):
        raise InvalidInput.of("repo.folder", variant="packages", path=str(path))
    visible = [name for name in names if not name.startswith(".")]
    if visible and not is_parent:
        raise InvalidInput.of("repo.folder", variant="other", path=str(path))
    return path
