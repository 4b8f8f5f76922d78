"""Versions of extensions (semantic versions) and of Blender (three numbers), and their order.

Which Blender can install an extension is decided in `extery.core.compatibility`.
"""

from __future__ import annotations

import re
from functools import lru_cache, total_ordering

# Blender's pattern for semantic versions: any decimal digits, and it accepts a trailing newline.
_SEMANTIC = re.compile(
    r"(?P<major>0|[1-9]\d*)\.(?P<minor>0|[1-9]\d*)\.(?P<patch>0|[1-9]\d*)"
    r"(?:-(?P<pre>(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?\n?"
)

#: A text with more dots is not matched: the pattern needs memory for each part of a pre-release.
MAX_DOTS = 1_000

BlenderVersion = tuple[int, int, int]

#: Major and minor number of Blender's releases.
BlenderSeries = tuple[int, int]

#: Blender's releases with extensions: choices offered on pages.
BLENDER_SERIES: tuple[BlenderSeries, ...] = (
    *((4, 2), (4, 3), (4, 4), (4, 5)),
    *((5, 0), (5, 1), (5, 2), (5, 3)),
)
#: The series whose verdicts are known: their own tools have judged the same manifests as Extery.
JUDGED_SERIES: tuple[BlenderSeries, ...] = ((4, 2), (4, 5), (5, 0), (5, 1), (5, 2), (5, 3))
#: The first series with a Python -> that Python.
PYTHON_SINCE: dict[BlenderSeries, str] = {(4, 2): "3.11", (5, 1): "3.13"}

# Blender accepts longer numbers, but Python limits the digits that `int` reads, and `sort_key` writes
# the number of digits with three digits. Only the first digits of longer numbers are compared.
_MAX_DIGITS = 999
_MAX_CACHED_TEXT = 20
#: Digits that `int` reads in Blender's Python.
_MAX_PYTHON_DIGITS = 4300


@total_ordering
class Version:
    """A semantic version with a total order; equal only to the same text.

    The order is that of semver.org. Versions that differ only in their build part, which
    semver.org leaves unordered, are ordered by that text so that sorting is deterministic.
    """

    __slots__ = ("_sort_key", "build", "pre", "release", "text")

    def __init__(self, text: str, release: tuple[int, int, int], pre: str, build: str) -> None:
        self.text = text
        self.release = release
        self.pre = pre
        self.build = build
        self._sort_key = ""

    @classmethod
    def parse(cls, text: str) -> Version:
        """Parse ``text`` such as ``1.4.0-beta.2+g1f``; raises `ValueError` if it is not a version."""
        match = _match_semantic(text)
        if match is None:
            raise ValueError(f"not a semantic version: {text[:MAX_DOTS]!r}")
        release = (_number(match["major"]), _number(match["minor"]), _number(match["patch"]))
        return cls(text, release, match["pre"] or "", match["build"] or "")

    @property
    def is_prerelease(self) -> bool:
        return bool(self.pre)

    @property
    def sort_key(self) -> str:
        """Text of digits and ``a`` to ``f`` that sorts like the versions in any database collation."""
        # Cached: sorting needs it for every comparison, and versions from a listing may be long.
        if not self._sort_key:
            self._sort_key = self._build_sort_key()
        return self._sort_key

    def _build_sort_key(self) -> str:
        numbers = "".join(_sortable(number) for number in self.release)
        if not self.pre:
            return f"{numbers}2{_hex(self.build)}"
        parts = "".join(
            f"10{_sortable(_number(part))}" if part.isdigit() else f"11{_hex(part)}00"
            for part in self.pre.split(".")
        )
        return f"{numbers}1{parts}0{_hex(self.build)}"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.text == other.text

    def __lt__(self, other: Version) -> bool:
        return (self.sort_key, self.text) < (other.sort_key, other.text)

    def __hash__(self) -> int:
        return hash(self.text)


def _match_semantic(text: str) -> re.Match[str] | None:
    return _SEMANTIC.fullmatch(text) if text.count(".") <= MAX_DOTS else None


def is_semantic_version(text: str) -> bool:
    """Return whether `Version.parse` accepts ``text``."""
    return _match_semantic(text) is not None


def _sortable(number: int) -> str:
    digits = str(number)
    return f"{len(digits):03d}{digits}"


def _hex(text: str) -> str:
    # A pre-release may contain digits of any script: UTF-8 keeps their order.
    return text.encode("utf-8").hex()


def parse_blender_version(text: str) -> BlenderVersion:
    """Parse ``4.2``, ``4.2.0`` or longer as Blender does: padded and cut to three numbers.

    Raises `ValueError` for anything but digits separated by dots.
    """
    # Few versions occur, again and again; longer texts are not worth their memory.
    return _parse_cached(text) if len(text) <= _MAX_CACHED_TEXT else _parse_blender(text)


def _parse_blender(text: str) -> BlenderVersion:
    parts = text.split(".")
    if not all(map(str.isdigit, parts)):
        raise ValueError(f"not a Blender version: {text!r}")
    major, minor, patch = [*map(_number, parts[:3]), 0, 0][:3]
    return major, minor, patch


_parse_cached = lru_cache(maxsize=256)(_parse_blender)


def is_readable_by_blender(text: str) -> bool:
    """Return whether Blender can compare a Blender version that passes its check.

    The check accepts an empty maximum, digits that are no decimal ones, and numbers of any length.
    """
    return all(part.isdecimal() and len(part) <= _MAX_PYTHON_DIGITS for part in text.split("."))


def _number(digits: str) -> int:
    digits = digits[:_MAX_DIGITS]
    if digits.isdecimal():
        return int(digits)
    # Blender tests with `isdigit`, which accepts digits such as "²" that `int` does not read.
    from unicodedata import digit

    return int("".join(str(digit(character)) for character in digits))


def python_of_blender(series: BlenderSeries) -> str:
    """Return the version of Python in a series of Blender: ``3.11`` up to 5.0, ``3.13`` since 5.1."""
    return next(
        (python for first, python in reversed(PYTHON_SINCE.items()) if first <= series),
        PYTHON_SINCE[BLENDER_SERIES[0]],
    )


def format_blender_version(version: BlenderVersion) -> str:
    """Return ``4.2.0`` for ``(4, 2, 0)``."""
    major, minor, patch = version
    return f"{major}.{minor}.{patch}"


def short_blender_version(version: BlenderVersion) -> str:
    """Return ``4.2`` for ``(4, 2, 0)`` and ``4.2.3`` for ``(4, 2, 3)``."""
    major, minor, patch = version
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"


def format_series(series: BlenderSeries) -> str:
    """Return ``4.2`` for ``(4, 2)``."""
    return ".".join(map(str, series))


def number_of_blender_version(version: BlenderVersion) -> int:
    """Return ``4002000`` for ``(4, 2, 0)``, to compare versions in a database or a script.

    Minor and patch numbers above 999 count as 999, major numbers above 2000 as 2000, so that the
    result fits 32 bits.
    """
    major, minor, patch = version
    return (min(major, 2000) * 1000 + min(minor, 999)) * 1000 + min(patch, 999)


def blender_version_of_number(number: int) -> BlenderVersion:
    """Return ``(4, 2, 0)`` for ``4002000``."""
    return number // 1_000_000, number // 1000 % 1000, number % 1000
