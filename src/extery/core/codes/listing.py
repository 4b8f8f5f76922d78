"""What can be wrong with a listing, the JSON that a repository serves."""

from __future__ import annotations

from extery.core.codes import Code

_WHOLE = "Blender refuses the whole listing and keeps the one it had."

CODES = {
    "listing.not-json": Code("error", "the listing is not JSON", _WHOLE),
    "listing.not-an-object": Code("error", "the listing is not an object", _WHOLE),
    "listing.too-deep": Code(
        "error",
        "the listing is nested too deeply",
        "A listing needs five levels. Python reads about a thousand, and then fails to compare or to write what it has read.",
    ),
    "listing.version": Code("error", "the listing has no version", _WHOLE),
    "listing.data": Code("error", "the listing has no list of entries", _WHOLE),
    "listing.blocklist": Code("error", "the blocklist is not a list of objects", _WHOLE),
    "listing.entry": Code("error", "an entry is not an object", f"{_WHOLE} It crashes on it."),
    "listing.archive-url": Code("error", "an entry has no archive_url", _WHOLE),
    "listing.archive-size": Code("error", "an entry's archive_size is not a size", _WHOLE),
    "listing.archive-hash": Code("error", "an entry's archive_hash is not a SHA-256", _WHOLE),
    "listing.several": Code(
        "warning",
        "several entries of an id fit the same Blender",
        "Blender shows the last of them and installs the first, and offers an update for ever.",
    ),
}
