"""What a resolution chooses from: requirements for some targets, and versions of a library with a wheel for each target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from extery.author.wheels.index import IndexFile, Project
from extery.author.wheels.targets import Target

#: Longer version numbers are no versions: comparing them takes time.
_MAX_VERSION_LENGTH = 100
#: Longer requirements are no requirements: parsing them could exceed the depth of Python's stack.
_MAX_REQUIREMENT_LENGTH = 2_000


class Need(NamedTuple):
    """A requirement of ``parent``, empty for the user, on some targets."""

    name: str
    extras: frozenset[str]
    specifier: SpecifierSet
    targets: frozenset[Target]
    parent: str = ""

    @property
    def identifier(self) -> tuple[str, frozenset[str]]:
        return self.name, self.extras

    def __str__(self) -> str:
        return f"{self.name}{self.specifier}"


class Candidate(NamedTuple):
    """A version of a library with a wheel for each target; without wheels the one that Blender ships."""

    name: str
    extras: frozenset[str]
    version: Version | None
    wheels: tuple[tuple[Target, IndexFile], ...]
    targets: frozenset[Target]

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else f"Blender's {self.name}"


def parse_need(text: str, targets: Iterable[Target], *, parent: str = "") -> Need | None:
    """Return the need of a requirement (PEP 508) on those of ``targets`` for which its marker holds.

    ``None`` if there are none. Raises `ValueError` for an invalid requirement, or one for a URL.
    """
    requirement = parse_requirement(text)
    if requirement.url:
        raise ValueError("it is a URL")
    marker = requirement.marker
    holding = frozenset(
        target for target in targets if marker is None or _holds(marker, target, "")
    )
    if not holding:
        return None
    name = canonicalize_name(requirement.name)
    return Need(name, frozenset(requirement.extras), requirement.specifier, holding, parent)


def parse_requirement(text: str) -> Requirement:
    """Return a requirement; raises `ValueError` for one that is invalid or very long."""
    if len(text) > _MAX_REQUIREMENT_LENGTH:
        raise ValueError("it is too long")
    try:
        return Requirement(text)
    except (InvalidRequirement, RecursionError) as error:
        raise ValueError(str(error)) from error


def needs_of(
    candidate: Candidate, requirements: Mapping[str, Sequence[str]]
) -> dict[tuple[str, frozenset[str], str], Need]:
    """Return what a candidate needs on its targets, from the requirements of its wheels.

    Invalid requirements are left out, as pip's builds of such wheels are older than the specification.
    """
    found: dict[tuple[str, frozenset[str], str], Need] = {}
    for target, file in candidate.wheels:
        for text in requirements[file.filename]:
            need = _need_on(text, target, candidate)
            if need is None:
                continue
            key = (need.name, need.extras, str(need.specifier))
            known = found.get(key)
            found[key] = need._replace(targets=known.targets | need.targets) if known else need
    return found


def _need_on(text: str, target: Target, candidate: Candidate) -> Need | None:
    try:
        requirement = parse_requirement(text)
    except ValueError:
        return None
    if requirement.url:
        return None
    marker = requirement.marker
    extras = ("", *candidate.extras)
    if marker is not None and not any(_holds(marker, target, extra) for extra in extras):
        return None
    name = canonicalize_name(requirement.name)
    wanted = frozenset(requirement.extras)
    return Need(name, wanted, requirement.specifier, frozenset({target}), str(candidate))


def _holds(marker: Marker, target: Target, extra: str) -> bool:
    try:
        return marker.evaluate({**target.environment, "extra": extra})
    except (ValueError, RecursionError):
        return True  # it compares what cannot be compared: the library may be needed


class Versions:
    """The versions of a project with the wheels of each; those that were withdrawn are left out."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files: dict[Version, list[IndexFile]] = {}
        self.yanked: set[Version] = set()
        for file in project.files:
            if (version := parse_version(file.name.version)) is None:
                continue
            if file.yanked:
                self.yanked.add(version)
            else:
                self.files.setdefault(version, []).append(file)
        self.yanked -= set(self.files)
        parsed = map(parse_version, project.sources)
        #: The versions of which there is source, whether there are wheels or not.
        self.sources = {version for version in parsed if version is not None}

    def matching(self, specifiers: Iterable[SpecifierSet]) -> list[Version]:
        """Return the versions with wheels that all specifiers allow, newest first."""
        return self._filter(self.files, specifiers)

    def matching_any(self, specifiers: Iterable[SpecifierSet]) -> list[Version]:
        """Return the versions with wheels or source that all specifiers allow, newest first."""
        return self._filter({*self.files, *(self.sources - self.yanked)}, specifiers)

    def _filter(
        self, versions: Iterable[Version], specifiers: Iterable[SpecifierSet]
    ) -> list[Version]:
        combined = SpecifierSet()
        for specifier in specifiers:
            combined &= specifier
        return sorted(combined.filter(versions), reverse=True)

    def wheels_for(
        self, version: Version, targets: Iterable[Target]
    ) -> tuple[list[tuple[Target, IndexFile]], list[Target]]:
        """Return the best wheel of a version for each target, and the targets without one.

        A wheel that is chosen for one target is taken for others that it fits, so that Blender finds one for each.
        """
        chosen: list[tuple[Target, IndexFile]] = []
        missing: list[Target] = []
        for target in sorted(targets, key=_order):
            ranked = [
                (target.rank(file.name), file)
                for file in self.files.get(version, ())
                if _allows(file.requires_python, target.full_python)
            ]
            fitting = [(rank, file) for rank, file in ranked if rank is not None]
            taken = {file.filename for _, file in chosen}
            again = next((file for _, file in fitting if file.filename in taken), None)
            if again is not None:
                chosen.append((target, again))
            elif fitting:
                best = min(fitting, key=lambda item: (item[0], -_build(item[1]), item[1].filename))
                chosen.append((target, best[1]))
            else:
                missing.append(target)
        return chosen, missing


def _build(file: IndexFile) -> int:
    """Return the number of a build; a later one of the same version replaces earlier ones."""
    digits = re.match(r"[0-9]{0,9}", file.name.build)
    return int(digits[0]) if digits and digits[0] else 0


def _order(target: Target) -> tuple[str, tuple[int, ...]]:
    return target.platform, tuple(map(int, target.python.split(".")))


@lru_cache(maxsize=4096)
def _allows(requires_python: str, python: str) -> bool:
    try:
        return SpecifierSet(requires_python).contains(python, prereleases=True)
    except InvalidSpecifier:
        return True


def parse_version(text: str) -> Version | None:
    """Return a version as wheels write it, with ``_`` for ``+``; ``None`` if it is not valid."""
    if len(text) > _MAX_VERSION_LENGTH:
        return None
    for form in (text, text.replace("_", "+", 1)):
        try:
            return Version(form)
        except (InvalidVersion, ValueError):
            continue
    return None
