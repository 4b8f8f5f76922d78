"""Names of repositories, made from titles and URLs as Blender makes the names of their modules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from extery.client.repositories import MAX_NAME_LENGTH, MAX_TITLE_LENGTH
from extery.listing import LISTING_FILENAME

#: The name that Blender gives where no letter is left.
_FALLBACK = "repository"
_REMOVED = re.compile(r"[^A-Za-z0-9_./]")


def title_of(url: str) -> str:
    """Return the title that Blender gives to a repository: the host, or the path of a local one."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = unquote(parts.path).removesuffix(LISTING_FILENAME).rstrip("/")
        return path[-MAX_TITLE_LENGTH:]
    return (parts.hostname or "").removeprefix("www.")[:MAX_TITLE_LENGTH]


def module_name(title: str) -> str:
    """Return the name of a module for a title: ASCII letters, digits and underscores of it."""
    text = _REMOVED.sub("", title).replace(".", "_").replace("/", "_")
    return text.lstrip("_0123456789")[:MAX_NAME_LENGTH].rstrip("_") or _FALLBACK


def free_name(title: str, taken: Iterable[str]) -> str:
    """Return the name for a title, with a number such as ``_001`` if it is taken."""
    folded = {name.lower() for name in taken}
    name = module_name(title)
    candidate, number = name, 0
    while candidate.lower() in folded:
        number += 1
        suffix = f"_{number:03d}"
        candidate = name[: MAX_NAME_LENGTH - len(suffix)] + suffix
    return candidate
