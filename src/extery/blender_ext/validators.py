"""The validators of the stored listing, in a file beside it: with them an unchanged listing is not sent again."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import NamedTuple

from extery.blender_ext.local import RepositoryFolder
from extery.core.files import atomic_write, read_regular
from extery.fetch import Validators

_NAME = "extery-validators.json"
_MAX_BYTES = 10_000


class StoredListing(NamedTuple):
    """The stored listing, and whether it is the whole that was received; empty if it is of another origin."""

    data: bytes = b""
    validators: Validators = Validators()
    is_whole: bool = False


def read_stored(folder: RepositoryFolder, url: str) -> StoredListing:
    """Return the stored listing if it came from ``url`` and nothing has changed it."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        stored = json.loads(read_regular(folder.private / _NAME, limit=_MAX_BYTES))
        data = folder.read_listing()
        if stored["of"] == _identity(url, data):
            validators = Validators(str(stored["etag"]), str(stored["last_modified"]))
            return StoredListing(data, validators, stored["is_whole"] is True)
    return StoredListing()


def save_validators(folder: RepositoryFolder, url: str, listing: StoredListing) -> None:
    """Store the validators of a listing. They only save time, so an error is ignored."""
    data, validators, is_whole = listing
    stored = {
        "of": _identity(url, data),
        "is_whole": is_whole,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
    }
    with suppress(OSError), atomic_write(folder.private / _NAME) as file:
        file.write(json.dumps(stored).encode("ascii"))


def _identity(url: str, data: bytes) -> list[str]:
    """Return hashes, since a URL may contain a secret."""
    return [hashlib.sha256(part).hexdigest() for part in (url.encode("utf-8", "replace"), data)]
