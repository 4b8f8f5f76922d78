"""URLs of repositories, listings and packages, resolved as Blender resolves them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urljoin, urlsplit

from extery.core.errors import InvalidInput, InvalidListing
from extery.listing import LISTING_FILENAME

REMOTE = ("http", "https")
_USER = re.compile(r"//[^/?#]*@")
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Servers commonly accept this many characters in a request line.
MAX_URL_LENGTH = 8_000
#: Maximum characters of a URL, or of another untrusted text, in a message.
MAX_MESSAGE_LENGTH = 1_000
# urlsplit ignores some control characters, the HTTP library refuses all.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def listing_url(url: str) -> str:
    """Return the URL of the listing of a repository: Blender adds a file name to ``file://`` only."""
    if split_url(url).scheme in REMOTE or url.endswith(f"/{LISTING_FILENAME}"):
        return url
    return f"{url.rstrip('/')}/{LISTING_FILENAME}"


def resolve_archive_url(listing: str, archive_url: str) -> str:
    """Return the absolute URL of a package, from the URL of its listing and its ``archive_url``.

    Blender resolves URLs that begin with ``./`` and uses all others unchanged. Raises
    `InvalidListing` for other relative URLs, and for a local file in a listing from the web.
    """
    try:
        package = split_url(archive_url)
    except InvalidInput as error:
        raise InvalidListing(*error.problems) from error
    if archive_url.startswith("./"):
        parts = split_url(listing)
        path = (
            parts.path.removesuffix(LISTING_FILENAME)
            if parts.path.endswith(f"/{LISTING_FILENAME}")
            else None
        )
        folder = path if path is not None else parts.path.rstrip("/") + "/"
        return f"{parts.scheme}://{parts.netloc}{folder}{archive_url[2:]}"
    # Blender compares the prefix as text: it accepts neither HTTP:// nor file:/a.zip.
    if archive_url.partition("://")[0] not in (*REMOTE, "file") or "://" not in archive_url:
        raise InvalidListing.of("fetch.archive-url", url=archive_url)
    if package.scheme == "file" and split_url(listing).scheme in REMOTE:
        raise InvalidListing.of("fetch.archive-url-local", url=archive_url)
    return archive_url


def resolve_any_archive_url(listing: str, archive_url: str) -> str:
    """Do the same as `resolve_archive_url`, and resolve the relative URLs too that Blender cannot, as a browser does.

    Raises `InvalidListing`.
    """
    try:
        return resolve_archive_url(listing, archive_url)
    except InvalidListing as error:
        if error.code != "fetch.archive-url" or not archive_url:
            raise
        if split_url(archive_url).scheme not in ("", *REMOTE):
            raise
        return resolve_archive_url(listing, urljoin(listing, archive_url))


def split_url(url: str) -> SplitResult:
    """Split an untrusted URL; raises `InvalidInput` if it is not valid."""
    if len(url) > MAX_URL_LENGTH:
        raise InvalidInput.of(
            "fetch.url",
            variant="too-long",
            url=redact_url(url),
            length=len(url),
            limit=MAX_URL_LENGTH,
        )
    if _CONTROL.search(url):
        raise InvalidInput.of("fetch.url", variant="control-character", url=redact_url(url))
    if "%00" in url:
        raise InvalidInput.of("fetch.url", variant="nul", url=redact_url(url))
    try:
        parts = urlsplit(url)
        _ = parts.port
        unquote(url).encode()
    except ValueError as error:
        raise InvalidInput.of(
            "fetch.url", url=redact_url(url), reason=sanitize_text(str(error))
        ) from error
    return parts


def path_from_url(url: str) -> Path:
    """Return the local path of a ``file://`` URL."""
    # Imported here: it loads the HTTP client of the standard library.
    from urllib.request import url2pathname

    parts = split_url(url)
    if parts.netloc not in ("", "localhost"):
        # A network share, which only Windows can open.
        return Path(url2pathname(f"//{parts.netloc}{parts.path}"))
    if os.name == "nt":
        return Path(url2pathname(parts.path))
    return Path(os.fsdecode(unquote_to_bytes(parts.path)))  # names need not be UTF-8


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port: a token is sent to one origin only."""
    parts = split_url(url)
    port = _DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return parts.scheme, parts.hostname or "", port


def is_unencrypted(url: str) -> bool:
    """Return whether others can read and change what is received from a URL; this computer itself is no other."""
    try:
        parts = split_url(url)
    except InvalidInput:
        return False
    host = parts.hostname or ""
    is_here = host == "localhost" or host.endswith(".localhost") or host == "::1"
    return parts.scheme == "http" and not is_here and not re.fullmatch(r"127(?:\.\d{1,3}){3}", host)


def redact_url(url: str) -> str:
    """Return the URL for messages and logs: without credentials, query, fragment and control characters."""
    try:
        parts = urlsplit(url)
    except ValueError:  # not a URL
        return sanitize_text(_USER.sub("//", re.split(r"[?#]", url)[0]))
    host = parts.netloc.rpartition("@")[2]
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return sanitize_text(f"{scheme}{host}{parts.path}")


def sanitize_text(text: str) -> str:
    """Return an untrusted text for a message: one line, no control characters, bounded length."""
    shortened = f"{text[:MAX_MESSAGE_LENGTH]}…" if len(text) > MAX_MESSAGE_LENGTH else text
    if shortened.isprintable():
        return shortened
    return "".join(character if character.isprintable() else "?" for character in shortened)
