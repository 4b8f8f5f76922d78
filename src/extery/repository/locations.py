"""Check that the URL of a package works on every system, for dropped links, and from other computers."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from extery.core.errors import ProblemList, Where
from extery.core.invisible import find_invisible
from extery.fetch.addresses import REMOTE, redact_url

# Characters that Windows does not allow in names, or that URLs must escape.
_UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
# Characters that the HTTP library of Blender refuses in URLs.
_NOT_SENDABLE = re.compile(r"[^\x21-\x7e]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def package_name(url: str) -> str:
    """Return the file name of a package, from its URL."""
    return unquote(urlsplit(url).path).rpartition("/")[2]


def check_package_url(
    listing: str, archive_url: str, url: str, problems: ProblemList, *, where: Where
) -> None:
    """Check ``url``, to which ``archive_url`` in the listing at ``listing`` resolves."""
    parts, listing_parts = urlsplit(url), urlsplit(listing)
    if parts.scheme in REMOTE:
        _check_requestable(parts, redact_url(url), problems, where)
    if not parts.path.endswith(".zip") or parts.query:
        problems.add("server.not-droppable", where=where, url=archive_url)
    if archive_url.startswith("file:"):
        problems.add("server.local-file", where=where, url=archive_url)
    if (listing_parts.scheme, parts.scheme) == ("https", "http"):
        problems.add("server.not-encrypted", where=where, url=redact_url(url))
    relative = archive_url.partition("?")[0]
    if relative.startswith("./"):
        variant = _unsafe_variant(relative[2:])
        if variant is not None:
            problems.add("server.name-unsafe", variant=variant, where=where, url=archive_url)


def _check_requestable(parts: SplitResult, url: str, problems: ProblemList, where: Where) -> None:
    """Check that Blender's HTTP library can request a URL."""
    if "@" in parts.netloc:
        problems.add("server.address", variant="credentials", where=where, url=url)
    elif match := _NOT_SENDABLE.search(f"{parts.path}?{parts.query}"):
        problems.add("server.address", where=where, url=url, character=match[0])


def _unsafe_variant(path: str) -> str | None:
    """Return the variant of ``server.name-unsafe`` for a relative path; ``None`` if it is safe."""
    decoded = unquote(path)
    steps = decoded.split("/")
    if ".." in steps:
        return "outside"
    if "" in steps or "." in steps:
        return "empty-step"
    if path.count("/") != decoded.count("/") or _UNSAFE.search(decoded):
        return ""
    if any(_RESERVED.fullmatch(step) or step.endswith((".", " ")) for step in steps):
        return "reserved"
    if any(step.startswith(".") for step in steps):
        return "hidden"
    if find_invisible(decoded) is not None:
        return "invisible"
    return None if decoded.isascii() else "non-ascii"
