"""Sets of names, and complements of such sets, with set operations.

There is no list of all platforms, so the set "every platform but these" is stored as the names that it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

#: Membership in a result, from the memberships in two sets.
Operation = Callable[[bool, bool], bool]


def _and(one: bool, other: bool) -> bool:
    return one and other


def _and_not(one: bool, other: bool) -> bool:
    return one and not other


class NameSet(NamedTuple):
    """A set of names: exactly ``names``, or with ``is_complement`` every name but those."""

    names: frozenset[str]
    is_complement: bool = False

    def has(self, name: str) -> bool:
        return (name in self.names) != self.is_complement

    @property
    def is_all(self) -> bool:
        return self.is_complement and not self.names

    @property
    def is_empty(self) -> bool:
        return not self.is_complement and not self.names

    def overlaps(self, other: NameSet) -> bool:
        """Return whether some name is in both sets."""
        if self.is_complement or other.is_complement:
            return not self.combine(other, _and).is_empty
        return not self.names.isdisjoint(other.names)

    def contains(self, other: NameSet) -> bool:
        """Return whether every name of ``other`` is in this set."""
        return other.combine(self, _and_not).is_empty

    def intersect(self, other: NameSet) -> NameSet:
        return self.combine(other, _and)

    def subtract(self, other: NameSet) -> NameSet:
        return self.combine(other, _and_not)

    def combine(self, other: NameSet, operation: Operation) -> NameSet:
        default = operation(self.is_complement, other.is_complement)
        named = self.names | other.names
        exceptions = (n for n in named if operation(self.has(n), other.has(n)) != default)
        return NameSet(frozenset(exceptions), default)


NO_NAME = NameSet(frozenset())
EVERY_NAME = NameSet(frozenset(), is_complement=True)


def union(sets: Iterable[NameSet]) -> NameSet:
    """Return the names that are in at least one of ``sets``."""
    names: set[str] = set()
    lacking: frozenset[str] | None = None
    for item in sets:
        if not item.is_complement:
            names |= item.names
        else:
            lacking = item.names if lacking is None else lacking & item.names
    if lacking is None:
        return NameSet(frozenset(names))
    return NameSet(lacking - names, is_complement=True)


class PythonSet(NamedTuple):
    """A set of Python versions ``MAJOR.MINOR``: all of the majors, except for ``exceptions``.

    A version in ``exceptions`` is in the set if its major is not in ``majors``, and the other way round.
    """

    majors: NameSet
    exceptions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, versions: Iterable[str]) -> PythonSet:
        """Return the set that a list such as ``["3.11"]`` or ``["3"]`` means.

        Blender compares the texts ``3.11`` and ``3`` with the items, so one such as ``3.11.7`` fits no system.
        """
        majors, exceptions = set(), set()
        for version in versions:
            major, dot, minor = version.partition(".")
            if not dot:
                majors.add(major)
            elif "." not in minor:
                exceptions.add(version)
        of_others = (v for v in exceptions if v.partition(".")[0] not in majors)
        return cls(NameSet(frozenset(majors)), frozenset(of_others))

    def has(self, version: str) -> bool:
        """Return whether ``version``, as ``3.11``, is in the set."""
        return self.majors.has(version.partition(".")[0]) != (version in self.exceptions)

    @property
    def is_all(self) -> bool:
        return self.majors.is_all and not self.exceptions

    @property
    def is_empty(self) -> bool:
        return self.majors.is_empty and not self.exceptions

    def overlaps(self, other: PythonSet) -> bool:
        """Return whether some version is in both sets."""
        return not self.combine(other, _and).is_empty

    def contains(self, other: PythonSet) -> bool:
        """Return whether every version of ``other`` is in this set."""
        return other.combine(self, _and_not).is_empty

    def intersect(self, other: PythonSet) -> PythonSet:
        return self.combine(other, _and)

    def subtract(self, other: PythonSet) -> PythonSet:
        return self.combine(other, _and_not)

    def combine(self, other: PythonSet, operation: Operation) -> PythonSet:
        majors = self.majors.combine(other.majors, operation)
        named = self.exceptions | other.exceptions
        exceptions = (
            version
            for version in named
            if operation(self.has(version), other.has(version))
            != majors.has(version.partition(".")[0])
        )
        return PythonSet(majors, frozenset(exceptions))


EVERY_PYTHON = PythonSet(EVERY_NAME)
