"""Check that the URL of a package works on every system, for dropped links, and from other computers."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from extery.core.errors import ProblemList, Where
from extery.fetch.addresses import REMOTE, redact_url

# Characters that Windows does not allow in names, or that URLs must escape.
_UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
# Characters that the HTTP library of Blender refuses in URLs.
_NOT_SENDABLE = re.compile(r"[^\x21-\x7e]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def check_package_url(
    listing: str, archive_url: str, url: str, problems: ProblemList, *, where: Where
) -> None:
    """Check ``url``, to which ``archive_url`` in the listing at ``listing`` resolves."""
    parts, home = urlsplit(url), urlsplit(listing)
    if parts.scheme in REMOTE and (reason := _unrequestable_reason(parts)):
        problems.add(
            "server.address",
            f"Blender cannot request {redact_url(url)}: {reason}",
            hint="remove credentials, and percent-encode spaces and non-ASCII characters",
            where=where,
        )
    if not parts.path.endswith(".zip") or parts.query:
        problems.add(
            "server.not-droppable",
            f"{archive_url!r} cannot be dragged into Blender",
            hint="use a path that ends in .zip, without a query",
            where=where,
        )
    if archive_url.startswith("file:"):
        problems.add(
            "server.local-file",
            f"{archive_url!r} is a local file",
            hint="use ./NAME.zip for a package beside the listing",
            where=where,
        )
    if (home.scheme, parts.scheme) == ("https", "http"):
        problems.add(
            "server.not-encrypted",
            f"{redact_url(url)} is not encrypted, though the listing is",
            hint="serve packages over https too",
            where=where,
        )
    relative = archive_url.partition("?")[0]
    if relative.startswith("./") and (reason := _unsafe_path_reason(relative[2:])):
        problems.add(
            "server.name-unsafe",
            f"{archive_url!r} {reason}",
            hint="use letters, digits, '-', '_' and '.' in names of packages",
            where=where,
        )


def _unrequestable_reason(parts: SplitResult) -> str:
    """Return why Blender cannot request a URL; empty if it can."""
    if "@" in parts.netloc:
        return "it contains credentials"
    if found := _NOT_SENDABLE.search(f"{parts.path}?{parts.query}"):
        return f"{found[0]!r} is not percent-encoded"
    return ""


def _unsafe_path_reason(path: str) -> str:
    """Return what is unsafe about a relative path; empty if it is safe."""
    decoded = unquote(path)
    steps = decoded.split("/")
    if ".." in steps:
        return "leads out of its folder"
    if "" in steps or "." in steps:
        return "has an empty step"
    if path.count("/") != decoded.count("/") or _UNSAFE.search(decoded):
        return "has characters that some systems do not allow in names"
    if any(_RESERVED.fullmatch(step) or step.endswith((".", " ")) for step in steps):
        return "is a name that Windows does not allow"
    if any(step.startswith(".") for step in steps):
        return "is hidden, and many web servers do not serve hidden files"
    if not decoded.isascii():
        return "has non-ASCII characters, which some systems normalize differently"
    return ""
