"""The Python versions of an entry, as far as a Blender reads them."""

from __future__ import annotations

from extery.listing.entries import Entry

_KEY = "python_versions"


def has_odd_pythons(item: Entry) -> bool:
    """Whether the entry's Pythons are no list of strings: Blender complains, and takes it for any."""
    found = item.get(_KEY)
    return found is not None and not (
        isinstance(found, list) and all(isinstance(python, str) for python in found)
    )


def without_odd_pythons(item: Entry) -> Entry:
    """The entry without Pythons that mean nothing, which Blender's check of a listing lets through."""
    if item.get(_KEY) and not has_odd_pythons(item):
        return item
    return {key: value for key, value in item.items() if key != _KEY}
