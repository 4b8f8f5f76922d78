"""The listing for every Blender, and the complete listing beside it, in a folder of its own.

Blenders before 5.1 refuse a whole listing for one entry of a type that they do not know, and stay at the last one that
they accepted. So a listing that they may read has only types that every Blender can install; the complete listing, for
newer Blenders, has all. There is none if both would be equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from extery.core.types import FIRST_BLENDER, LISTED_FOR_ALL, TYPES, TYPES_BY_NAME
from extery.core.versions import BlenderVersion, parse_blender_version, short_blender_version
from extery.listing import LISTING_FILENAME
from extery.listing.entries import Entry

_ADDED_TYPES = tuple(type_ for type_ in TYPES if type_.name not in LISTED_FOR_ALL)
#: The first Blender that ignores entries of types that it does not know.
FIRST_TO_IGNORE_TYPES: BlenderVersion = (5, 1, 0)
#: The last series that refuses a listing with such an entry.
LAST_TO_REFUSE_TYPES: BlenderVersion = (5, 0, 0)
#: The first Blender for which the complete listing has more than the other one.
FIRST_WITH_ADDED_TYPES = min(type_.first_blender for type_ in _ADDED_TYPES)
#: Folder of the complete listing, relative to that of the listing for every Blender.
COMPLETE_FOLDER = f"blender-{short_blender_version(FIRST_WITH_ADDED_TYPES)}"
COMPLETE_LISTING = f"{COMPLETE_FOLDER}/{LISTING_FILENAME}"
#: The types that only the complete listing has, as words.
ADDED_TYPES = " and ".join(type_.plural.lower() for type_ in _ADDED_TYPES)
#: The Blenders that refuse a listing with such a type, as words.
REFUSING_BLENDERS = (
    f"{short_blender_version(FIRST_BLENDER)} to {short_blender_version(LAST_TO_REFUSE_TYPES)}"
)
COMPLETE_BLENDERS = f"Blender {short_blender_version(FIRST_WITH_ADDED_TYPES)} and newer"


def is_known_type(type_: object) -> bool:
    """Return whether the value of ``type`` in an entry, which may be any JSON, is a type that Extery knows."""
    return isinstance(type_, str) and type_ in TYPES_BY_NAME


def is_unknown_name(type_: object) -> bool:
    """Return whether the value of ``type`` may be a type of a newer Blender: a text, but no known type."""
    return isinstance(type_, str) and type_ not in TYPES_BY_NAME


def is_for_every_blender(item: Mapping[str, Any]) -> bool:
    """Return whether a listing for every Blender may have this entry."""
    type_ = item.get("type")
    return isinstance(type_, str) and type_ in LISTED_FOR_ALL


def for_every_blender(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that a listing for every Blender may have."""
    return [item for item in entries if is_for_every_blender(item)]


def needs_complete_listing(types: Iterable[str]) -> bool:
    """Return whether entries of these types need a complete listing."""
    return any(type_ and type_ not in LISTED_FOR_ALL for type_ in types)


def audiences(name: str = "") -> tuple[str, str]:
    """Describe the users of the listing for every Blender, and of the complete one beside it.

    ``name`` describes the users of both, for example ``channel beta``.
    """
    complete = f"{name} in {COMPLETE_BLENDERS}" if name else COMPLETE_BLENDERS
    return f"{name or 'every Blender'}, without {ADDED_TYPES}", f"{complete}, with {ADDED_TYPES}"


def is_for_old_blenders(path: str, query: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a Blender that refuses unknown types may read the listing with this URL path and query.

    It may not if the folder has the name of a complete listing, or if the request is that of a newer Blender.
    """
    folder = path.rstrip("/").removesuffix(f"/{LISTING_FILENAME}").rpartition("/")[2]
    texts = [folder.removeprefix("blender-")] if folder.startswith("blender-") else []
    texts += list(query.get("blender_version", ()))[-1:]
    for text in texts:
        try:
            if parse_blender_version(text) >= FIRST_TO_IGNORE_TYPES:
                return False
        except ValueError:
            continue
    return True
