"""Python libraries that Blender ships, by series: from ``versions.cmake`` of Blender's build environment."""

from __future__ import annotations

from extery.core.blender_pythons import series_of
from extery.core.compatibility import BlenderRange
from extery.core.versions import BlenderSeries

#: The series of a column of `_VERSIONS`. Those between are not listed here: Blender changed versions within them.
_COLUMNS: tuple[tuple[BlenderSeries, ...], ...] = (
    ((4, 2),),
    ((4, 5), (5, 0)),
    ((5, 2), (5, 3)),
)
_VERSIONS = {
    "numpy": ("1.24.3", "1.26.4", "2.3.4"),
    "requests": ("2.27.1", "2.32.3", "2.32.3"),
    "urllib3": ("1.26.8", "2.4.0", "2.4.0"),
    "idna": ("3.3", "3.10", "3.10"),
    "certifi": ("2021.10.8", "2025.4.26", "2025.4.26"),
    "charset-normalizer": ("2.0.10", "3.4.1", "3.4.1"),
    "cython": ("0.29.30", "3.0.11", "3.0.11"),
    "zstandard": ("0.16.0", "0.23.0", "0.25.0"),
    "attrs": ("", "", "25.3.0"),
    "cattrs": ("", "", "25.1.1"),
    "fastjsonschema": ("", "", "2.21.1"),
    "typing-extensions": ("", "", "4.14.1"),
    "tomli-w": ("", "", "1.2.0"),
}


def shipped_versions(library: str) -> dict[BlenderSeries, str]:
    """Return the versions of a library (normalized name) in the series that are known to ship it, oldest first."""
    versions = _VERSIONS.get(library, ())
    return {
        series: version
        for column, version in zip(_COLUMNS, versions, strict=False)
        for series in column
        if version
    }


def libraries_of(series: BlenderSeries) -> dict[str, str]:
    """Return the libraries that a series is known to ship (normalized names), with their versions."""
    found = {library: shipped_versions(library).get(series, "") for library in _VERSIONS}
    return {library: version for library, version in found.items() if version}


def is_shipped(library: str, series: BlenderSeries) -> bool:
    """Return whether a series ships a library.

    A series between two that are known ships it if both do, a newer one if the last known one does.
    """
    known = shipped_versions(library)
    listed = [item for column in _COLUMNS for item in column]
    before = [item for item in listed if item <= series][-1:]
    after = [item for item in listed if item >= series][:1] or listed[-1:]
    return bool(before) and all(item in known for item in (*before, *after))


def is_shipped_in(library: str, range_: BlenderRange) -> bool:
    """Return whether all Blenders of a range ship a library."""
    series = series_of(range_) if library in _VERSIONS else []
    return bool(series) and all(is_shipped(library, item) for item in series)


def all_libraries() -> frozenset[str]:
    """Return the libraries that any series ships (normalized names)."""
    return frozenset(_VERSIONS)
