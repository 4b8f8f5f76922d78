"""Versions of extensions (semantic versions) and of Blender (three numbers), and their order."""

from __future__ import annotations

import re
from functools import total_ordering
from typing import NamedTuple

# Blender's reading of semantic versions: any decimal digits, and a newline at the end slips through.
_SEMANTIC = re.compile(
    r"(?P<major>0|[1-9]\d*)\.(?P<minor>0|[1-9]\d*)\.(?P<patch>0|[1-9]\d*)"
    r"(?:-(?P<pre>(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?\n?"
)

#: One with more dots is no version: the expression above takes memory for each part of a pre-release.
MAX_DOTS = 1_000

BlenderVersion = tuple[int, int, int]

# Blender takes longer ones as well. Python refuses to read them, and `sort_key` to sort them:
# the order of such numbers is that of their first digits.
_MOST_DIGITS = 999


@total_ordering
class Version:
    """A semantic version with a total order; equal only to the same text.

    The order is that of semver.org; versions that differ in their build part alone, which
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
        """Read ``text`` such as ``1.4.0-beta.2+g1f``; `ValueError` if it is not a version."""
        match = _SEMANTIC.fullmatch(text) if text.count(".") <= MAX_DOTS else None
        if match is None:
            raise ValueError(f"not a semantic version: {text[:MAX_DOTS]!r}")
        release = (_number(match["major"]), _number(match["minor"]), _number(match["patch"]))
        return cls(text, release, match["pre"] or "", match["build"] or "")

    @property
    def is_prerelease(self) -> bool:
        return bool(self.pre)

    @property
    def sort_key(self) -> str:
        """Digits and ``a`` to ``f`` only: sorts like the versions in any database collation."""
        # Kept: sorting asks for it at every comparison, and a listing may have versions of any length.
        if not self._sort_key:
            self._sort_key = self._made_sort_key()
        return self._sort_key

    def _made_sort_key(self) -> str:
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


def _sortable(number: int) -> str:
    digits = str(number)
    return f"{len(digits):03d}{digits}"


def _hex(text: str) -> str:
    # A pre-release may have digits of any script: UTF-8 keeps their order.
    return text.encode("utf-8").hex()


def parse_blender_version(text: str) -> BlenderVersion:
    """Read ``4.2``, ``4.2.0`` or longer the way Blender does: padded and cut to three numbers.

    Raises `ValueError` for anything but dot-separated digits.
    """
    parts = text.split(".")
    if not all(part.isdigit() for part in parts):
        raise ValueError(f"not a Blender version: {text!r}")
    major, minor, patch = ([_number(part) for part in parts[:3]] + [0, 0])[:3]
    return major, minor, patch


def _number(digits: str) -> int:
    digits = digits[:_MOST_DIGITS]
    if digits.isdecimal():
        return int(digits)
    # Blender asks `isdigit`, which knows digits, "²" for one, that `int` does not read.
    from unicodedata import digit

    return int("".join(str(digit(character)) for character in digits))


def format_blender_version(version: BlenderVersion) -> str:
    """``(4, 2, 0)`` as ``4.2.0``."""
    return ".".join(map(str, version))


class BlenderRange(NamedTuple):
    """From ``minimum`` on, up to but not including ``maximum``; ``None`` means without end."""

    minimum: BlenderVersion
    maximum: BlenderVersion | None = None

    def contains(self, version: BlenderVersion) -> bool:
        """Whether a Blender of this version takes the extension."""
        return self.minimum <= version and (self.maximum is None or version < self.maximum)

    def overlaps(self, other: BlenderRange) -> bool:
        """Whether some Blender version fits both ranges."""
        if self.is_empty or other.is_empty:
            return False
        return (other.maximum is None or self.minimum < other.maximum) and (
            self.maximum is None or other.minimum < self.maximum
        )

    @property
    def is_empty(self) -> bool:
        """Whether no Blender version fits at all."""
        return self.maximum is not None and self.maximum <= self.minimum

    def __str__(self) -> str:
        """``4.2.0 and newer``, or ``4.2.0 up to, not including, 5.0.0``."""
        low = format_blender_version(self.minimum)
        if self.maximum is None:
            return f"{low} and newer"
        return f"{low} up to, not including, {format_blender_version(self.maximum)}"
