"""The audience of an entry: which systems a listing offers it to, and how to offer it to fewer.

A client compares only the id and version of an entry with its package, so an entry may name a
smaller audience than the package has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus

from extery.core.compatibility import NO_BLENDER, Audience, BlenderRange
from extery.core.types import LISTED_FOR_ALL, TYPES_BY_NAME
from extery.core.versions import format_blender_version, is_readable_by_blender
from extery.listing.entries import Entry, order_keys

_PYTHONS = "python_versions"


def range_of(item: Entry) -> BlenderRange:
    """Return the Blender versions of an entry; raises `ValueError` where they cannot be parsed."""
    return BlenderRange.parse(item["blender_version_min"], item.get("blender_version_max"))


def audience_of(item: Entry) -> Audience:
    """Return the audience of an entry; raises `ValueError` for Blender versions that cannot be parsed.

    Python versions that are not a list of strings mean every Python, as for Blender. A Blender that does not know the
    type is not in the audience, whatever the entry states.
    """
    pythons = () if has_invalid_pythons(item) else item.get(_PYTHONS) or ()
    blender = range_of(item)
    type_ = item.get("type")
    if isinstance(type_, str) and type_ not in LISTED_FOR_ALL:
        known = TYPES_BY_NAME.get(type_)
        blender = blender.intersect(BlenderRange(known.first_blender)) if known else NO_BLENDER
    return Audience.of(blender, platforms=item.get("platforms") or (), pythons=pythons)


def with_audience(
    item: Entry,
    *,
    blender: BlenderRange,
    platforms: Sequence[str] | None = None,
    pythons: Sequence[str] | None = None,
) -> Entry:
    """Return a copy of the entry for another audience; ``None`` keeps its platforms or Pythons."""
    low, high = blender
    changed = {
        **item,
        "blender_version_min": format_blender_version(low),
        "blender_version_max": format_blender_version(high) if high else None,
    }
    if platforms is not None:
        changed["platforms"] = list(platforms)
    if pythons is not None:
        changed[_PYTHONS] = list(pythons)
    return order_keys(changed)


def has_invalid_pythons(item: Entry) -> bool:
    """Return whether ``python_versions`` is not a list of strings: Blender reports an error, and ignores it."""
    value = item.get(_PYTHONS)
    return value is not None and not (
        isinstance(value, list) and all(isinstance(python, str) for python in value)
    )


def with_minor_pythons(item: Entry) -> Entry:
    """Return the entry with ``3.11.7`` as ``3.11``: Blender compares the first two numbers, so three never match."""
    pythons = () if has_invalid_pythons(item) else item.get(_PYTHONS) or ()
    if not any(python.count(".") > 1 for python in pythons):
        return item
    return {**item, _PYTHONS: [".".join(python.split(".")[:2]) for python in pythons]}


def python_minor_versions(entries: Iterable[Entry]) -> set[str]:
    """Return the Python versions of entries that have two numbers, such as ``3.11``."""
    return {
        python
        for item in entries
        if not has_invalid_pythons(item)
        for python in item.get(_PYTHONS) or ()
        if python.count(".") == 1
    }


def without_invalid_pythons(item: Entry) -> Entry:
    """Return the entry, without ``python_versions`` if they are invalid or empty and so restrict nothing."""
    if item.get(_PYTHONS) and not has_invalid_pythons(item):
        return item
    return {key: value for key, value in item.items() if key != _PYTHONS}


def without_unreadable_limits(item: Entry) -> Entry:
    """Return the entry without Blender versions that pass Blender's check and that Blender then ignores."""
    changed = item
    for key, without in (("blender_version_min", "0.0.0"), ("blender_version_max", None)):
        if key in item and not is_readable_by_blender(item[key]):
            changed = {**changed, key: without}
    return changed if changed is item else order_keys(changed)


def drag_query(
    repository: str, *, low: str, high: str, platforms: Sequence[str], pythons: Sequence[str]
) -> str:
    """Return the query of a link that is dragged into Blender, without empty values.

    ``repository`` is the address of the listing; ``low`` and ``high`` are the two Blender versions of the entry.
    """
    parameters = {
        "repository": repository,
        "blender_version_min": low,
        "blender_version_max": high,
        "platforms": ",".join(platforms),
        _PYTHONS: ",".join(pythons),
    }
    return "&".join(f"{key}={quote_plus(value)}" for key, value in parameters.items() if value)
