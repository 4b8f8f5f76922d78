"""What changed in a listing, in a file beside it: whoever has the last one need not fetch all of it again.

``changes.json`` names the listing that it leads to by its SHA-256, and has the last changes, each
from one listing to the next. A change cuts entries out of ``data`` and puts others in, so the result has the
very bytes of the listing, and its hash proves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

FILENAME = "changes.json"
VERSION = "v1"
#: What a listing says that has such a file beside it; Blender passes over it.
HEAD = {"changes": f"./{FILENAME}"}
_DATA = b',"data":['
_END = b"]}"
#: How each entry begins. Quotes in texts are escaped, so between two entries alone it follows a comma.
_ENTRY = b'{"schema_version":'
#: A longer file, or a change of more entries, would save nobody anything.
MOST_BYTES = 64_000
MOST_ENTRIES = 200
#: Each costs its client a pass over the listing.
_MOST_CHANGES = 300

#: Place in the old data, how many entries go, which come.
Cut = tuple[int, int, list[Any]]


def digest(listing: bytes) -> str:
    """What a listing is called."""
    return f"sha256:{hashlib.sha256(listing).hexdigest()}"


def are_announced(listing: bytes) -> bool:
    """Whether a listing says that its changes are beside it."""
    try:
        head, _ = _parts(listing)
        return bool(HEAD.items() <= json.loads(head + b"}").items())
    except (ValueError, AttributeError, RecursionError):
        return False


def record(old: bytes, new: bytes, known: bytes) -> bytes:
    """``changes.json`` for the listing ``new`` that takes the place of ``old``, both as `dump` writes them.

    ``known`` is the file for ``old``; any other has no changes to go on with. The oldest changes go when the
    file gets too large.
    """
    changes = _known(known, digest(old))
    if old != new:
        change = _change(old, new)
        changes = [] if change is None else [*changes, change]
    texts = [_dumped(change) for change in changes[-_MOST_CHANGES:]]
    while sum(map(len, texts)) > MOST_BYTES:
        texts.pop(0)
    about = _dumped({"hash": digest(new), "size": len(new)})
    return b'{"version":"%s","listing":%s,"changes":[%s]}' % (
        VERSION.encode(),
        about,
        b",".join(texts),
    )


def follow(listing: bytes, document: bytes) -> bytes | None:
    """The listing that ``changes.json`` leads to from this one; ``None`` if it does not lead there."""
    try:
        read = json.loads(document)
        target, here = read["listing"]["hash"], digest(listing)
        for change in read["changes"][-_MOST_CHANGES:] if read["version"] == VERSION else ():
            if change["from"] == here:
                listing, here = _applied(listing, change), change["to"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    return listing if digest(listing) == target else None


def leads_to(document: bytes) -> str:
    """What the listing is called that a ``changes.json`` leads to; empty if it is no such file."""
    try:
        read = json.loads(document)
        return str(read["listing"]["hash"]) if read["version"] == VERSION else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _known(document: bytes, of: str) -> list[Any]:
    if leads_to(document) != of:
        return []
    found = json.loads(document).get("changes")
    return found if isinstance(found, list) else []


def _change(old: bytes, new: bytes) -> dict[str, Any] | None:
    """The change between two listings; ``None`` where it is better to begin anew.

    Another program, or a hand, may have written the old one: it only looks like one of ours.
    """
    try:
        (head, before), (new_head, after) = _parts(old), _parts(new)
        cuts = _cuts(before, after)
        if cuts is None:
            return None
        change: dict[str, Any] = {"from": digest(old), "to": digest(new), "cuts": cuts}
        if head != new_head:
            change["blocklist"] = json.loads(new_head + b"}")["blocklist"]
        return change if _applied(old, change) == new else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _cuts(before: Sequence[bytes], after: Sequence[bytes]) -> list[Cut] | None:
    gone, come = set(before) - set(after), set(after) - set(before)
    if len(gone) + len(come) > MOST_ENTRIES:
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
            return None  # the same entries in another order
        place, number = place + 1, number + 1
    return cuts


def _applied(listing: bytes, change: dict[str, Any]) -> bytes:
    head, texts = _parts(listing)
    if "blocklist" in change:
        head = _dumped(json.loads(head + b"}") | {"blocklist": change["blocklist"]})[:-1]
    for place, count, entries in reversed(change["cuts"]):
        texts[place : place + count] = [_dumped(item).removeprefix(_ENTRY) for item in entries]
    data = b",".join(_ENTRY + text for text in texts)
    return head + _DATA + data + _END


def _parts(listing: bytes) -> tuple[bytes, list[bytes]]:
    """What stands before the data, and the entries without their beginning; `ValueError` for other forms."""
    head, found, rest = listing.partition(_DATA)
    if not found or not rest.endswith(_END):
        raise ValueError("not written by Extery")
    data = rest[: -len(_END)]
    if not data:
        return head, []
    if not data.startswith(_ENTRY):
        raise ValueError("not written by Extery")
    return head, data.removeprefix(_ENTRY).split(b"," + _ENTRY)


def _dumped(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
