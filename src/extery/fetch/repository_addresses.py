"""Read the address of a repository that a user gives, and recognise what was given in place of it.

Before a request: a drag-and-drop link, a file, an address without a scheme. In a response: a web page, the page of a
file on a code host, a sign-in page, a package. The page is untrusted; only URLs of the web are taken from it.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from extery.core.errors import InvalidInput, InvalidListing, NotFound
from extery.fetch.addresses import REMOTE, path_from_url, redact_url, sanitize_text, split_url
from extery.listing import LISTING_FILENAME

#: Path of the listing of a site.
SITE_LISTING_PATH = "/api/v1/extensions/"
#: Bytes at the beginning of a page that are searched.
MAX_PAGE_BYTES = 300_000
_MAX_TITLE_LENGTH = 100
_SUFFIX = ".zip"
_QUERY_KEY = "repository"
#: ``example.org``, ``localhost:8000``, ``192.0.2.1`` and ``[::1]:8000``, with a path or without.
_HOST = re.compile(
    r"(?:(?:[a-z0-9-]+\.)+[a-z]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d{1,5})?(?:[/?#]|$)",
    re.IGNORECASE,
)
_LOCAL_HOST = re.compile(r"localhost|[\d\[]", re.IGNORECASE)
#: A scheme with the wrong number of slashes, as in ``https:/example.org``.
_WRONG_SLASHES = re.compile(r"(https?):/{0,3}([^/].*)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,1000})", re.IGNORECASE)
_HREF = re.compile(r"href\s{0,9}=\s{0,9}[\"']?([^\"'\s<>]{1,4000})", re.IGNORECASE)
_SIGN_IN = re.compile(
    r"(?:^|[/_.-])(?:log-?_?in|sign-?_?in|sso|oauth2?|sessions?)\b", re.IGNORECASE
)
_PASSWORD = re.compile(r"type\s{0,9}=\s{0,9}[\"']?password", re.IGNORECASE)
#: What stands around a URL in a page.
_DELIMITERS = "\"'<> \t\r\n"
_MAX_URL_LENGTH = 1_000
#: ``git@example.org:ada/gears.git`` and other addresses that only git reads.
_GIT = re.compile(r"(?:ssh|git|git\+\w+)://.*|[\w.-]+@[\w.-]+:(?!//).*", re.IGNORECASE)
_COMPRESSED = (".gz", ".br")
#: Hosts of code -> the host of the pages of an account.
_PAGES_HOSTS = {
    "github.com": "github.io",
    "gitlab.com": "gitlab.io",
    "codeberg.org": "codeberg.page",
}
#: Part of the path of a file's page on a code host -> that of the file itself.
_RAW_PATHS = (("/-/blob/", "/-/raw/"), ("/blob/", "/raw/"), ("/src/branch/", "/raw/branch/"))


def repository_url(text: str) -> str:
    """Return the URL for ``text``, which is a URL that Blender accepts or a local path.

    Raises `InvalidInput` for URLs with another scheme, and for what is evidently not a repository.
    """
    text = text.strip() if "://" in text else text
    _check_given(text)
    scheme, separator, address = text.partition("://")
    if separator and scheme.lower() in (*REMOTE, "file"):
        url = f"{scheme.lower()}://{address}"
        _check_url(url)
        return url
    if separator:
        raise InvalidInput.of("fetch.url", variant="scheme", url=text)
    try:
        _check_local_path(Path(text))
        return Path(text).resolve().as_uri()
    except (OSError, ValueError) as error:  # a path that is too long, or contains NUL
        raise _unusable_path(text, error) from error


def _unusable_path(text: str, error: Exception) -> InvalidInput:
    reason = getattr(error, "strerror", None) or str(error)
    return InvalidInput.of("fetch.url", url=sanitize_text(text), reason=reason)


def _check_given(text: str) -> None:
    """Raise `InvalidInput` if ``text`` is evidently not the URL of a repository, with what was meant."""
    scheme, separator, _ = text.partition("://")
    if separator and scheme.lower() in (*REMOTE, "file"):
        if repository := repository_of_link(text):
            raise InvalidInput.of("fetch.drag-link", url=redact_url(text), repository=repository)
        return
    if _exists(text):
        return
    if _GIT.fullmatch(text):
        raise InvalidInput.of("fetch.url", variant="git", url=redact_url(text))
    if separator:
        return
    match, rest = _WRONG_SLASHES.fullmatch(text), text.lstrip("/")
    if match:
        suggestion = f"{match[1].lower()}://{match[2]}"
    elif _HOST.match(rest):
        suggestion = f"{'http' if _LOCAL_HOST.match(rest) else 'https'}://{rest}"
    else:
        return
    raise InvalidInput.of(
        "fetch.url",
        variant="slashes" if match else "no-scheme",
        url=redact_url(text),
        suggestion=redact_url(suggestion),
    )


def _check_url(url: str) -> None:
    """Raise an `ExteryError` if no repository can be at a URL of a known scheme."""
    parts = split_url(url)
    if parts.scheme != "file":
        if not parts.hostname:
            raise InvalidInput.of(
                "fetch.url", variant="no-host", url=url, suggestion="https://example.org/index.json"
            )
        return
    if parts.netloc not in ("", "localhost") and os.name != "nt":
        raise InvalidInput.of(
            "fetch.url",
            variant="file-host",
            url=redact_url(url),
            host=sanitize_text(parts.netloc),
            suggestion=redact_url(f"file:///{parts.netloc}{parts.path}"),
        )
    try:
        _check_local_path(path_from_url(url))
    except (OSError, ValueError) as error:  # a path that is too long
        raise _unusable_path(url, error) from error


def _check_local_path(path: Path) -> None:
    """Raise an `ExteryError` if ``path`` is missing, or a file other than a listing."""
    if path.name == LISTING_FILENAME or path.is_dir():
        return
    if path.is_file():
        raise InvalidInput.of(
            "fetch.url", variant="file", url=str(path), suggestion=str(path.parent)
        )
    if not _exists(str(path)):
        variant = "file" if path.suffix else "folder"
        raise NotFound.of("fetch.not-found", variant=variant, path=sanitize_text(str(path)))


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def repository_of_link(url: str) -> str:
    """Return the repository that a drag-and-drop link names; empty for anything else."""
    return _dropped_repository(url, url) if "://" in url else ""


def _dropped_repository(url: str, base: str) -> str:
    """Return the repository that a drag-and-drop link names; empty if it is not one."""
    try:
        parts = urlsplit(html.unescape(url))
        if not parts.path.lower().endswith(_SUFFIX):
            return ""
        values = parse_qs(parts.query, max_num_fields=20).get(_QUERY_KEY)
        link = urljoin(base, parts._replace(query="", fragment="").geturl())
        return _found_url(link, values[0]) if values else ""
    except ValueError:
        return ""


def _found_url(base: str, text: str) -> str:
    """Return the URL that a page or link at ``base`` names, for a message; empty if it is not usable."""
    try:
        url = urljoin(base, text)
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    is_usable = scheme in REMOTE or scheme == urlsplit(base).scheme == "file"
    return redact_url(url) if is_usable else ""


def check_received_document(requested: str, url: str, body: bytes) -> None:
    """Raise `InvalidListing` if the response for ``requested``, received from ``url``, is not JSON evidently."""
    start = body[:MAX_PAGE_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PK\x03\x04"):
        raise InvalidListing.of("listing.not-json", variant="package", url=redact_url(requested))
    address = redact_url(requested)
    has_suffix = address.lower().endswith(_COMPRESSED)
    if start.startswith(b"\x1f\x8b") or (has_suffix and not start.startswith((b"{", b"["))):
        raise InvalidListing.of(
            "listing.not-json",
            variant="compressed" if has_suffix else "gzip",
            url=address,
            suggestion=address[: -len(_COMPRESSED[0])],
        )
    if start.startswith(b"<"):
        raise _web_page_error(requested, url, start.decode("utf-8", "replace"))


def _web_page_error(requested: str, url: str, page: str) -> InvalidListing:
    values: dict[str, Any] = {"url": redact_url(requested), "title": _title(page)}
    if _is_sign_in(requested, url, page):
        return InvalidListing.of("listing.web-page", variant="sign-in", **values)
    raw, repository = _raw_file(url), next(_repositories(url, page), "")
    if raw and raw != url:
        return InvalidListing.of("listing.web-page", variant="file", suggestion=raw, **values)
    if repository:
        return InvalidListing.of(
            "listing.web-page", variant="repository", suggestion=repository, **values
        )
    pages = _pages_of_project(url)
    if pages:
        return InvalidListing.of("listing.web-page", variant="project", suggestion=pages, **values)
    folder = urljoin(url, LISTING_FILENAME if url.endswith((".html", "/")) else f"{url}/")
    static = urljoin(folder, LISTING_FILENAME)
    site = urljoin(url, SITE_LISTING_PATH)
    return InvalidListing.of(
        "listing.web-page",
        variant="",
        suggestion=redact_url(static),
        site=redact_url(site),
        **values,
    )


def linked_urls(page: bytes) -> Iterator[str]:
    """Yield the URLs that a page links to, as they are written in it."""
    for match in _HREF.finditer(page.decode("utf-8", "replace")):
        yield html.unescape(match[1])


def _title(page: str) -> str:
    match = _TITLE.search(page)
    title = sanitize_text(" ".join(html.unescape(match[1]).split())) if match else ""
    if len(title) > _MAX_TITLE_LENGTH:
        title = f"{title[:_MAX_TITLE_LENGTH]}…"
    return f" ({title})" if title else ""


def _is_sign_in(requested: str, url: str, page: str) -> bool:
    was_redirected = urlsplit(url).path != urlsplit(requested).path
    is_form = _PASSWORD.search(page) is not None
    return was_redirected and (is_form or _SIGN_IN.search(urlsplit(url).path) is not None)


def _raw_file(url: str) -> str:
    """Return the URL of the file whose page on a code host ``url`` is; empty if it is not one."""
    parts = urlsplit(url)
    if parts.hostname == "github.com" and parts.path.count("/") > 4:
        _, owner, name, kind, rest = parts.path.split("/", 4)
        if kind in ("blob", "raw"):
            return redact_url(f"https://raw.githubusercontent.com/{owner}/{name}/{rest}")
    for page_path, raw_path in _RAW_PATHS:
        if page_path in parts.path and parts.path.endswith(".json"):
            path = parts.path.replace(page_path, raw_path, 1)
            return redact_url(parts._replace(path=path).geturl())
    return ""


def _pages_of_project(url: str) -> str:
    """Return the URL of a listing on the pages of a project, for the project's address on a code host."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    host = _PAGES_HOSTS.get((parts.hostname or "").removeprefix("www."))
    if host is None or len(steps) < 2:
        return ""
    project = steps[1].removesuffix(".git")
    return redact_url(f"https://{steps[0].lower()}.{host}/{project}/{LISTING_FILENAME}")


def _repositories(url: str, page: str) -> Iterator[str]:
    """Yield the repository URLs that a page names, likely ones first."""
    for match in _HREF.finditer(page):
        if f"{_QUERY_KEY}=" in match[1]:
            found = _dropped_repository(match[1], url)
            if found:
                yield found
    for ending in (LISTING_FILENAME, SITE_LISTING_PATH):
        for text in _texts_ending(page, ending):
            found = _found_url(url, html.unescape(text))
            if found:
                yield found


def _texts_ending(page: str, ending: str) -> Iterator[str]:
    """Yield the values and texts of a page that end in ``ending`` and have the form of a URL."""
    position = page.find(ending)
    while position >= 0:
        end = position + len(ending)
        first = max(position - _MAX_URL_LENGTH, 0)
        start = max(first, 1 + max(page.rfind(mark, first, position) for mark in _DELIMITERS))
        text = page[start:end]
        is_value = start > 0 and page[start - 1] in "\"'" and page[end : end + 1] in "\"'"
        if is_value or text.startswith(("http://", "https://")):
            yield text
        position = page.find(ending, end)
