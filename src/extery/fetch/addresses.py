"""The URLs of repositories, listings and packages, read as Blender reads them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import url2pathname

from extery.core.errors import InvalidInput, InvalidListing

LISTING = "index.json"
REMOTE = ("http", "https")
_USER = re.compile(r"//[^/?#]*@")
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: What common servers take in a request, and far more than any real address has.
MAX_URL_LENGTH = 8_000
#: Of an address, or another text from outside, in a message.
MAX_SHOWN_LENGTH = 1_000
# urlsplit passes over some of them, and the HTTP library takes none.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: What common servers take in a request, and far more than any real address has.
MAX_URL_LENGTH = 8_000
#: Of an address, or another text from outside, in a message.
MAX_SHOWN_LENGTH = 1_000
# urlsplit passes over some of them, and the HTTP library takes none.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def repository_url(text: str) -> str:
    """The URL that ``text`` means: a URL of a kind that Blender takes, or a path on this computer."""
    scheme, separator, rest = text.partition("://")
    if separator and scheme.lower() in (*REMOTE, "file"):
        return f"{scheme.lower()}://{rest}"
    if separator:
        raise InvalidInput.of(
            "fetch.url",
            f"{text!r} is not the address of a repository",
            hint="it begins with https://, http:// or file://, or is a folder of this computer",
        )
    return Path(text).resolve().as_uri()


def listing_address(url: str) -> str:
    """Where the listing of the repository ``url`` is: Blender adds a file name to ``file://`` only."""
    if parts_of(url).scheme in REMOTE or url.endswith(f"/{LISTING}"):
        return url
    return f"{url.rstrip('/')}/{LISTING}"


def archive_address(listing: str, archive_url: str) -> str:
    """The address of a package, from the address of its listing and what its entry says.

    Blender joins what begins with ``./`` and takes everything else as it is, so anything that is
    not absolute is an `InvalidListing`, and so is a file of this computer in a listing from the web.
    """
    try:
        own = parts_of(archive_url)
    except InvalidInput as error:
        raise InvalidListing(*error.problems) from error
    if archive_url.startswith("./"):
        parts = parts_of(listing)
        path = parts.path.removesuffix(LISTING) if parts.path.endswith(f"/{LISTING}") else None
        folder = path if path is not None else parts.path.rstrip("/") + "/"
        return f"{parts.scheme}://{parts.netloc}{folder}{archive_url[2:]}"
    # Blender compares the beginning as text: it takes no HTTP:// and no file:/a.zip.
    if archive_url.partition("://")[0] not in (*REMOTE, "file") or "://" not in archive_url:
        raise InvalidListing.of(
            "fetch.archive-url",
            f"Blender finds no package at {archive_url!r}",
            hint="write ./NAME.zip for a package beside the listing, or a whole address",
        )
    if own.scheme == "file" and parts_of(listing).scheme in REMOTE:
        raise InvalidListing.of(
            "fetch.archive-url-local",
            f"a listing from the web names a file of this computer: {archive_url!r}",
            hint="whoever runs the repository has to list an address on the web",
        )
    return archive_url


def parts_of(url: str) -> SplitResult:
    """The parts of a URL that somebody else wrote; `InvalidInput` if it is none, whatever it is."""
    reason = _why_unusable(url)
    if not reason:
        try:
            parts = urlsplit(url)
            _ = parts.port
            unquote(url).encode()
        except ValueError as error:
            reason = str(error)
        else:
            return parts
    raise InvalidInput.of(
        "fetch.url",
        f"{redact_url(url)!r} cannot be an address: {printable(reason)}",
        hint="check the address",
    )


def _why_unusable(url: str) -> str:
    if len(url) > MAX_URL_LENGTH:
        return f"it has {len(url):,} characters, at most {MAX_URL_LENGTH:,} are allowed"
    if _CONTROL.search(url):
        return "it has a control character, such as the end of a line"
    return "it has a zero byte" if "%00" in url else ""


def path_of(url: str) -> Path:
    """The file that a ``file://`` URL means on this computer."""
    parts = parts_of(url)
    if parts.netloc not in ("", "localhost"):
        # A share of another computer: Windows can open it, nothing else can.
        return Path(url2pathname(f"//{parts.netloc}{parts.path}"))
    return Path(url2pathname(parts.path))


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a token may be sent to."""
    parts = parts_of(url)
    port = _DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return parts.scheme, parts.hostname or "", port


def redact_url(url: str) -> str:
    """The address for messages and records: no name and password, no query, no fragment.

    And nothing that a terminal would obey: servers choose the addresses of packages.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # it cannot be taken apart
        return printable(_USER.sub("//", re.split(r"[?#]", url)[0]))
    host = parts.netloc.rpartition("@")[2]
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return printable(f"{scheme}{host}{parts.path}")


def printable(text: str) -> str:
    """A text from outside for a message: on one line, without control characters, not too long."""
    shortened = f"{text[:MAX_SHOWN_LENGTH]}…" if len(text) > MAX_SHOWN_LENGTH else text
    return "".join(character if character.isprintable() else "?" for character in shortened)
