"""``changes.json``: the recent changes of a listing, so that clients fetch only what is new.

The file names its target listing by SHA-256 and holds the last changes, each from one listing to
the next. A change replaces ranges of entries in ``data``; the result has exactly the bytes of the
new listing, which its hash proves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

FILENAME = "changes.json"
VERSION = "v1"
#: Key of a listing that has such a file beside it; Blender ignores it.
HEAD = {"changes": f"./{FILENAME}"}
_DATA = b',"data":['
_END = b"]}"
#: Prefix of each entry. Quotes in strings are escaped, so after a comma it only occurs between entries.
_ENTRY = b'{"schema_version":'
#: Maximum bytes of the file and entries of a change; more would save nothing.
MAX_DELTA_SIZE = 64_000
MAX_CHANGED_ENTRIES = 200
#: Each change costs the client a pass over the listing.
MAX_CHANGES = 300

#: Position in the old data, number of removed entries, added entries.
Cut = tuple[int, int, list[Any]]


def listing_digest(listing: bytes) -> str:
    """Return the identifier of a listing: ``sha256:`` and its hash."""
    return f"sha256:{hashlib.sha256(listing).hexdigest()}"


def announces_changes(listing: bytes) -> bool:
    """Whether a listing has a ``changes.json`` beside it."""
    try:
        head, _ = _split(listing)
        return bool(HEAD.items() <= json.loads(head + b"}").items())
    except (ValueError, AttributeError, RecursionError):
        return False


def record_change(old: bytes, new: bytes, known: bytes) -> bytes:
    """Return the ``changes.json`` for ``new``, which replaces ``old``, both as `dump` writes them.

    ``known`` is the ``changes.json`` of ``old``; any other is ignored. The oldest changes are dropped
    when the file gets too large.
    """
    changes = _changes_so_far(known, listing_digest(old))
    if old != new:
        change = _diff(old, new)
        changes = [] if change is None else [*changes, change]
    texts = [_dump(change) for change in changes[-MAX_CHANGES:]]
    while sum(map(len, texts)) > MAX_DELTA_SIZE:
        texts.pop(0)
    about = _dump({"hash": listing_digest(new), "size": len(new)})
    return b'{"version":"%s","listing":%s,"changes":[%s]}' % (
        VERSION.encode(),
        about,
        b",".join(texts),
    )


def apply_changes(listing: bytes, document: bytes) -> bytes | None:
    """Apply a ``changes.json`` to a listing; ``None`` if it has no changes from this listing."""
    try:
        read = json.loads(document)
        target, here = read["listing"]["hash"], listing_digest(listing)
        for change in read["changes"][-MAX_CHANGES:] if read["version"] == VERSION else ():
            if change["from"] == here:
                listing, here = _apply(listing, change), change["to"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    return listing if listing_digest(listing) == target else None


def target_digest(document: bytes) -> str:
    """Return the digest of the target listing; empty if ``document`` is not a ``changes.json``."""
    try:
        read = json.loads(document)
        return str(read["listing"]["hash"]) if read["version"] == VERSION else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _changes_so_far(document: bytes, of: str) -> list[Any]:
    if target_digest(document) != of:
        return []
    found = json.loads(document).get("changes")
    return found if isinstance(found, list) else []


def _diff(old: bytes, new: bytes) -> dict[str, Any] | None:
    """Return the change between two listings; ``None`` if the history must start over.

    The old listing may have been written by another program or edited by hand.
    """
    try:
        (head, before), (new_head, after) = _split(old), _split(new)
        cuts = _cuts(before, after)
        if cuts is None:
            return None
        change: dict[str, Any] = {
            "from": listing_digest(old),
            "to": listing_digest(new),
            "cuts": cuts,
        }
        if head != new_head:
            change["blocklist"] = json.loads(new_head + b"}")["blocklist"]
        return change if _apply(old, change) == new else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _cuts(before: Sequence[bytes], after: Sequence[bytes]) -> list[Cut] | None:
    gone, come = set(before) - set(after), set(after) - set(before)
    if len(gone) + len(come) > MAX_CHANGED_ENTRIES:
        return None
    cuts: list[Cut] = []
    place = number = 0
    while place < len(before) or number < len(after):
        start, first = place, number
        while place < len(before) and before[place] in gone:
            place += 1
        while number < len(after) and after[number] in come:
            number += 1
        if place > start or number > first:
            entries = [json.loads(_ENTRY + text) for text in after[first:number]]
            cuts.append((start, place - start, entries))
        if before[place : place + 1] != after[number : number + 1]:
            return None  # same entries, different order
        place, number = place + 1, number + 1
    return cuts


def _apply(listing: bytes, change: dict[str, Any]) -> bytes:
    head, texts = _split(listing)
    if "blocklist" in change:
        head = _dump(json.loads(head + b"}") | {"blocklist": change["blocklist"]})[:-1]
    for place, count, entries in reversed(change["cuts"]):
        texts[place : place + count] = [_dump(item).removeprefix(_ENTRY) for item in entries]
    data = b",".join(_ENTRY + text for text in texts)
    return head + _DATA + data + _END


def _split(listing: bytes) -> tuple[bytes, list[bytes]]:
    """Split a listing into its head and its entries without prefix; `ValueError` for another form."""
    head, found, rest = listing.partition(_DATA)
    if not found or not rest.endswith(_END):
        raise ValueError("not written by Extery")
    data = rest[: -len(_END)]
    if not data:
        return head, []
    if not data.startswith(_ENTRY):
        raise ValueError("not written by Extery")
    return head, data.removeprefix(_ENTRY).split(b"," + _ENTRY)


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
