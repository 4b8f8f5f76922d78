"""``changes.json`` and the listing that it is applied to: two documents separated by NUL."""

from __future__ import annotations

import json
import random

from extery.listing import delta
from extery.listing.entries import dump_listing, dump_serialized
from tests.fuzz.listing import _ENTRY
from tests.fuzz.mutate import mutated, mutated_json

_ENTRIES = [_ENTRY | {"version": f"{n}.0.0"} for n in range(4)]


def _listing(*numbers: int) -> bytes:
    return dump_serialized(
        [dump_listing(_ENTRIES[n]) for n in numbers],
        [{"id": "a", "reason": "b"}],
        head=delta.LISTING_FIELDS,
    )


_OLD, _MIDDLE, _NEW = _listing(0, 1, 2), _listing(1, 2), _listing(1, 3, 2)
_KNOWN = delta.record_change(_OLD, _MIDDLE, b"")
_CHANGES = delta.record_change(_MIDDLE, _NEW, _KNOWN)
SEEDS = (
    _OLD + b"\0" + _CHANGES,
    _MIDDLE + b"\0" + _CHANGES,
    _NEW + b"\0" + _KNOWN,
    b'{"version":"v1","data":[]}\0' + _KNOWN,
)
TOKENS = (
    b"\0", b'"cuts":[[', b"]]", b"[", b"]", b"{", b"}", b",", b'"from":', b'"to":', b'"hash":', b'"listing":', b'"changes":', b'"version":"v1"', b'"blocklist":', b',"data":[', b'{"schema_version":', b"]}", b"-1", b"1e400",
    b"null", b"true", b"sha256:", delta.listing_digest(_OLD).encode(), delta.listing_digest(_NEW).encode(), b'"\\ud800"', b'{"a":',
)  # fmt: skip


def make(source: random.Random) -> bytes:
    listing = source.choice((_OLD, _MIDDLE, _NEW))
    if source.random() < 0.3:
        listing = mutated(source, (listing,), TOKENS, most=2).replace(b"\0", b"")
    document = mutated_json(source, (_CHANGES, _KNOWN), most=3)
    if source.random() < 0.5:
        document = document.replace(
            delta.listing_digest(_OLD).encode(), delta.listing_digest(listing).encode()
        )
    return listing + b"\0" + document


def target(data: bytes) -> None:
    listing, _, document = data.partition(b"\0")
    assert isinstance(delta.announces_changes(listing), bool)
    assert isinstance(delta.target_digest(document), str)
    newest = delta.apply_changes(listing, document)
    assert newest is None or delta.listing_digest(newest) == json.loads(document)["listing"]["hash"]
    for old, new in ((listing, _NEW), (_OLD, listing), (listing, listing)):
        recorded = delta.record_change(old, new, document)
        assert delta.target_digest(recorded) == delta.listing_digest(new)
        # Changes apply only to a recorded listing, and never give a wrong one.
        assert delta.apply_changes(old, recorded) in (new, None)
