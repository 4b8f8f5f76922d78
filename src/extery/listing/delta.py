"""``changes.json``: the recent changes of a listing, so that clients fetch only what is new.

The file contains the SHA-256 of its target listing and the last changes, each from one listing to
the next. A change replaces ranges of entries in ``data``; the result has exactly the bytes of the
new listing, which its hash proves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

CHANGES_FILENAME = "changes.json"
CHANGES_VERSION = "v1"
#: Field of a listing that has a ``changes.json`` in its folder; Blender ignores it.
LISTING_FIELDS = {"changes": f"./{CHANGES_FILENAME}"}
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
    """Return whether a listing has a ``changes.json`` in its folder."""
    try:
        head, _ = _split(listing)
        return bool(LISTING_FIELDS.items() <= json.loads(head + b"}").items())
    except (ValueError, AttributeError, RecursionError):
        return False


def record_change(old: bytes, new: bytes, previous: bytes) -> bytes:
    """Return the ``changes.json`` for ``new``, which replaces ``old``, both as `dump_listing` writes them.

    ``previous`` is the ``changes.json`` of ``old``; any other is ignored. The oldest changes are dropped
    when the file gets too large.
    """
    changes = _previous_changes(previous, listing_digest(old))
    if old != new:
        change = _diff(old, new)
        changes = [] if change is None else [*changes, change]
    texts = [_dump(change) for change in changes[-MAX_CHANGES:]]
    while sum(map(len, texts)) > MAX_DELTA_SIZE:
        texts.pop(0)
    target = _dump({"hash": listing_digest(new), "size": len(new)})
    return b'{"version":"%s","listing":%s,"changes":[%s]}' % (
        CHANGES_VERSION.encode(),
        target,
        b",".join(texts),
    )


def apply_changes(listing: bytes, document: bytes) -> bytes | None:
    """Apply a ``changes.json`` to a listing; ``None`` if it has no changes from this listing."""
    try:
        parsed = json.loads(document)
        target, digest = parsed["listing"]["hash"], listing_digest(listing)
        for change in (
            parsed["changes"][-MAX_CHANGES:] if parsed["version"] == CHANGES_VERSION else ()
        ):
            if change["from"] == digest:
                listing, digest = _apply(listing, change), change["to"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    return listing if listing_digest(listing) == target else None


def split_entries(listing: bytes) -> list[bytes]:
    """Return the entries of a listing as `dump_listing` writes them; empty if it is not a listing."""
    try:
        return split_listing(listing)[1]
    except ValueError:
        return []


def split_listing(listing: bytes, *, parse: bool = False) -> tuple[dict[str, Any], list[bytes]]:
    """Return the keys of a listing without its data, and the entries as `dump_listing` writes them.

    Entries that are no objects are left out. Without ``parse`` a listing that Extery seems to have written is split as
    text, so the entries need not be JSON. Raises `ValueError` if it is not a listing.
    """
    if not parse:
        try:
            head, texts = _split(listing)
            keys = json.loads(head + b"}")
        except (ValueError, RecursionError):
            pass
        else:
            return keys, [_ENTRY + text for text in texts]
    try:
        document = json.loads(listing)
        entries = [_dump(item) for item in document.pop("data") if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a listing") from error
    return document, entries


def target_digest(document: bytes) -> str:
    """Return the digest of the target listing; empty if ``document`` is not a ``changes.json``."""
    try:
        parsed = json.loads(document)
        return str(parsed["listing"]["hash"]) if parsed["version"] == CHANGES_VERSION else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _previous_changes(document: bytes, digest: str) -> list[Any]:
    if target_digest(document) != digest:
        return []
    changes = json.loads(document).get("changes")
    return changes if isinstance(changes, list) else []


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
    removed, added = set(before) - set(after), set(after) - set(before)
    if len(removed) + len(added) > MAX_CHANGED_ENTRIES:
        return None
    cuts: list[Cut] = []
    old = new = 0
    while old < len(before) or new < len(after):
        start, first = old, new
        while old < len(before) and before[old] in removed:
            old += 1
        while new < len(after) and after[new] in added:
            new += 1
        if old > start or new > first:
            entries = [json.loads(_ENTRY + text) for text in after[first:new]]
            cuts.append((start, old - start, entries))
        if before[old : old + 1] != after[new : new + 1]:
            return None  # same entries, different order
        old, new = old + 1, new + 1
    return cuts


def _apply(listing: bytes, change: dict[str, Any]) -> bytes:
    head, texts = _split(listing)
    if "blocklist" in change:
        head = _dump(json.loads(head + b"}") | {"blocklist": change["blocklist"]})[:-1]
    for position, count, entries in reversed(change["cuts"]):
        texts[position : position + count] = [_dump(item).removeprefix(_ENTRY) for item in entries]
    data = b",".join(_ENTRY + text for text in texts)
    return head + _DATA + data + _END


def _split(listing: bytes) -> tuple[bytes, list[bytes]]:
    """Split a listing into its head and its entries without `_ENTRY`.

    Raises `ValueError` unless Extery wrote the listing.
    """
    head, separator, tail = listing.partition(_DATA)
    if not separator or not tail.endswith(_END):
        raise ValueError("not written by Extery")
    data = tail[: -len(_END)]
    if not data:
        return head, []
    if not data.startswith(_ENTRY):
        raise ValueError("not written by Extery")
    return head, data.removeprefix(_ENTRY).split(b"," + _ENTRY)


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
