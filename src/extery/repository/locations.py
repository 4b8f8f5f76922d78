"""Whether the address of a package works for everyone: dropped links, other systems, other computers."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from extery.core.errors import ProblemList, Where
from extery.fetch.addresses import REMOTE, redact_url

# What Windows does not store, and what a URL path cannot hold as it is.
_UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
# What the HTTP library of a Blender refuses to send as part of an address.
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def check_location(
    listing: str, archive_url: str, url: str, problems: ProblemList, *, where: Where
) -> None:
    """Note what is wrong with ``url``, which the listing at ``listing`` gives as ``archive_url``."""
    parts, home = urlsplit(url), urlsplit(listing)
    if parts.scheme in REMOTE and (reason := _unaskable(parts)):
        problems.add(
            "server.address",
            f"Blender cannot ask for {redact_url(url)}: {reason}",
            hint="leave out names and passwords, and write other letters and spaces as %20 and the like",
            where=where,
        )
    if not parts.path.endswith(".zip") or parts.query:
        problems.add(
            "server.not-droppable",
            f"{archive_url!r} cannot be dropped onto Blender",
            hint="give it a path that ends in .zip, without a query",
            where=where,
        )
    if archive_url.startswith("file:"):
        problems.add(
            "server.local-file",
            f"{archive_url!r} is a file of one computer",
            hint="write ./NAME.zip for a package beside the listing",
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
    if relative.startswith("./") and (reason := _unsafe(relative[2:])):
        problems.add(
            "server.name-unsafe",
            f"{archive_url!r} {reason}",
            hint="use letters, digits, '-', '_' and '.' in names of packages",
            where=where,
        )


def _unaskable(parts: SplitResult) -> str:
    """Why a Blender fails to ask for an address of the web; nothing if it can."""
    if "@" in parts.netloc:
        return "it has a name or a password before the host"
    if found := _UNSENDABLE.search(f"{parts.path}?{parts.query}"):
        return f"it has {found[0]!r} as it is"
    return ""


def _unsafe(path: str) -> str:
    """What is unsafe about a relative path of a listing; nothing if it is safe."""
    decoded = unquote(path)
    steps = decoded.split("/")
    if ".." in steps:
        return "leads out of its folder"
    if "" in steps or "." in steps:
        return "has an empty step"
    if path.count("/") != decoded.count("/") or _UNSAFE.search(decoded):
        return "has characters that not every system allows in names"
    if any(_RESERVED.fullmatch(step) or step.endswith((".", " ")) for step in steps):
        return "is a name that Windows does not allow"
    if any(step.startswith(".") for step in steps):
        return "is hidden, and many web servers do not give it away"
    if not decoded.isascii():
        return "has characters that are written differently on some systems"
    return ""
