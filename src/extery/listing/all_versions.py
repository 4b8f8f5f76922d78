"""The address of all versions of an extension, where a repository lists only the newest.

A listing that has one names it in ``all_versions``: ``./`` and a path below the folder of the listing, in which ``{id}``
stands for the id. The document there is a listing of that extension, or of all of the repository. Blender ignores the
field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from extery.listing import LISTING_FILENAME

FIELD = "all_versions"
#: As it is in the listing of the website.
TEMPLATE = "./{id}/listing/"
#: The folder in which a static repository lists all versions, relative to that of the listing.
FOLDER = "all-versions"
#: As it is in the listing of a static repository.
STATIC_TEMPLATE = f"./{FOLDER}/{LISTING_FILENAME}"
MAX_LENGTH = 200
# Parts of a path without dots at their start: it stays on the host and below the folder of the listing.
_TEMPLATE = re.compile(r"\.(?:/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*|\{id\}[A-Za-z0-9_.-]*))+/?")


def all_versions_url(head: Mapping[str, object], identifier: str) -> str:
    """Return the URL relative to the listing, for `extery.fetch.resolve_archive_url`; empty if there is none.

    ``head`` are the untrusted keys of the listing without its data. Anything but a path below its folder is ignored.
    """
    template = head.get(FIELD)
    if not isinstance(template, str) or len(template) > MAX_LENGTH:
        return ""
    if not _TEMPLATE.fullmatch(template) or template.count("{id}") > 1:
        return ""
    return template.replace("{id}", identifier) if identifier.isascii() else ""
