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
    "listing.archive-size": Code(
        "error", "an entry's archive_size is not a size", _WHOLE,
        message="archive_size must be a number of bytes above 0, found {value}",
        hint="write the size of the file",
        variants={"too-large": ("a package cannot have {value} bytes", "the owner of the repository has to write the size of the file")},
        example={"value": "0"},
    ),
    "listing.archive-hash": Code("error", "an entry's archive_hash is not a SHA-256", _WHOLE),
    "listing.several": Code(
        "warning", "several entries of an id fit the same Blender", "Blender shows the last of them and installs the first, and offers an update for ever.",
        message="{count} packages of {id} {version} fit the same Blender: {files}",
        hint="keep one of them, or give each its own version",
        variants={
            "more": ("{count} packages of {id} {version} fit the same Blender: {files} and {more} more", ""),
            "versions": ("{id} {version} and {other} both fit {system}", "list the newest, or end the Blender versions of the other with blender_version_max"),
        },
        example={"count": 2, "id": "gear_tool", "version": "1.2.3", "files": "a.zip (4.2.0 or newer), b.zip (4.5.0 or newer)", "more": 1, "other": "1.2.4", "system": "Blender 4.5.0"},
    ),
}  # fmt: skip
