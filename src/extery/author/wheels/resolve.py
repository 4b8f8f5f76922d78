"""Choose the version of each library: the newest one with a wheel for every target, or one for each Python.

`resolvelib` does the search and goes back when libraries need versions that exclude each other; what it asks is answered here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.version import Version
from resolvelib import AbstractProvider, BaseReporter, Resolver
from resolvelib.resolvers import ResolutionImpossible, ResolutionTooDeep

from extery.author.wheels.candidates import Candidate, Need, Versions, needs_of
from extery.author.wheels.downloads import Downloads
from extery.author.wheels.failures import Missing, conflict_error, missing_error
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.targets import Target, shipped_text
from extery.core.errors import ExteryError, InvalidInput, NotFound
from extery.fetch.addresses import redact_url
from extery.rules.bundled_wheels import join_names

Identifier: TypeAlias = tuple[str, frozenset[str]]
#: Steps of a search; real ones need a few hundred.
_MAX_ROUNDS = 5_000


@dataclass
class Resolution:
    """The chosen versions, and the newer ones that lack wheels.

    ``split`` are the libraries that have other versions on other Pythons.
    """

    chosen: list[Candidate] = field(default_factory=list)
    passed_over: dict[str, Missing] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    shipped: dict[str, list[str]] = field(default_factory=dict)


class Search:
    """A search in one index. ``preferred`` are versions that are bundled already, by library.

    ``bundled_anyway`` are libraries that are bundled although Blender ships them.
    """

    def __init__(
        self,
        index: PackageIndex,
        downloads: Downloads,
        *,
        preferred: Mapping[str, Version] | None = None,
        bundled_anyway: Collection[str] = (),
    ) -> None:
        self.index = index
        self.downloads = downloads
        self.preferred = preferred or {}
        self.bundled_anyway = bundled_anyway
        self._versions: dict[str, Versions] = {}

    def versions(self, name: str) -> Versions:
        """Return the versions of a library (normalized name) in the index."""
        if name not in self._versions:
            self._versions[name] = Versions(self.index.project(name))
        return self._versions[name]

    def resolve(self, needs: Sequence[Need]) -> Resolution:
        """Return the versions for all targets of ``needs``; raises an `ExteryError` if there are none.

        If no version of a library has wheels for all Pythons, each Python gets its own.
        """
        try:
            return self._resolve(needs)
        except InvalidInput as error:
            pythons = sorted({t.python for need in needs for t in need.targets}, key=_number)
            if len(pythons) < 2 or error.code not in ("library.no-wheel", "library.conflict"):
                raise
            merged = self._resolve_apart(needs, pythons)
            if merged is None:
                raise
            return merged

    def _resolve_apart(self, needs: Sequence[Need], pythons: Sequence[str]) -> Resolution | None:
        """Return versions for each Python; ``None`` if one has none, or if they cannot be bundled together."""
        try:
            return _merge([self._resolve_on(needs, python) for python in pythons])
        except InvalidInput:
            return None

    def _resolve_on(self, needs: Sequence[Need], python: str) -> Resolution:
        own = [
            need._replace(targets=frozenset(t for t in need.targets if t.python == python))
            for need in needs
        ]
        return self._resolve([need for need in own if need.targets])

    def _resolve(self, needs: Sequence[Need]) -> Resolution:
        provider = _Provider(self)
        resolver: Any = Resolver(provider, BaseReporter())
        try:
            result = resolver.resolve(needs, max_rounds=_MAX_ROUNDS)
        except ResolutionImpossible as error:
            raise self._error(provider, [cause.requirement for cause in error.causes]) from error
        except ResolutionTooDeep as error:
            raise InvalidInput.of(
                "library.too-many", variant="rounds", limit=_MAX_ROUNDS
            ) from error
        chosen: dict[str, Candidate] = {}
        resolution = Resolution()
        for candidate in result.mapping.values():
            if candidate.version is None or not candidate.wheels:
                resolution.shipped[candidate.name] = shipped_text(candidate.name, candidate.targets)
                continue
            known = chosen.get(candidate.name)
            chosen[candidate.name] = _joined(known, candidate) if known else candidate
        resolution.chosen = sorted(chosen.values(), key=lambda item: item.name)
        for name, candidate in chosen.items():
            missing = provider.missing.get(name)
            if missing and candidate.version and missing.version > candidate.version:
                resolution.passed_over[name] = missing
        return resolution

    def _error(self, provider: _Provider, causes: Sequence[Need]) -> ExteryError:
        """Return the error about the library for which there is no wheel, or about requirements that exclude each other."""
        by_name: dict[str, list[Need]] = {}
        for need in causes:
            by_name.setdefault(need.name, []).append(need)
        for name, needs in by_name.items():
            specifiers = [need.specifier for need in needs]
            targets = frozenset().union(*(need.targets for need in needs))
            wanted = [target for target in targets if not provider.is_shipped(name, target)]
            if not wanted:
                continue
            versions = self.versions(name)
            if versions.matching_any(specifiers):
                return missing_error(versions, needs, wanted, index=self.index.url)
        name, needs = next(iter(by_name.items()))
        on = {t for need in needs for t in need.targets if provider.is_shipped(name, t)}
        newest = None if on else next(iter(self.versions(name).matching_any([])), None)
        return conflict_error(name, needs, shipped_on=on, newest=newest)


class _Provider(AbstractProvider[Any, Any, Any]):
    """The answers to the questions of `resolvelib`."""

    def __init__(self, search: Search) -> None:
        self.search = search
        #: The newest version of a library without wheels for some target.
        self.missing: dict[str, Missing] = {}

    def is_shipped(self, name: str, target: Target) -> bool:
        return name not in self.search.bundled_anyway and target.ships(name)

    def identify(self, requirement_or_candidate: Need | Candidate) -> Identifier:
        """Return library and extras."""
        return requirement_or_candidate.name, requirement_or_candidate.extras

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, Candidate],
        candidates: Mapping[Identifier, Iterator[Candidate]],
        information: Mapping[Identifier, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, str]:
        """Return the order in which libraries are decided: those with a fixed version first, then those in a conflict."""
        needs = [item.requirement for item in information[identifier]]
        is_pinned = any(s.operator in ("==", "===") for need in needs for s in need.specifier)
        in_conflict = any(cause.requirement.identifier == identifier for cause in backtrack_causes)
        return not is_pinned, not in_conflict, identifier[0]

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[Need]],
        incompatibilities: Mapping[Identifier, Iterator[Candidate]],
    ) -> Iterable[Candidate]:
        """Return the candidates for all requirements of a library, the best first."""
        name, extras = identifier
        needs = list(requirements[identifier])
        # The other extras of a library have the same version.
        related = [n for key in requirements for n in requirements[key] if key[0] == name]
        excluded = {candidate.version for candidate in incompatibilities[identifier]}
        targets = frozenset().union(*(need.targets for need in needs))
        own = frozenset(target for target in targets if not self.is_shipped(name, target))
        if not all(self._allows_shipped(need) for need in needs):
            return []
        if not own:
            return [] if None in excluded else [Candidate(name, extras, None, (), targets)]
        return lambda: self._candidates(name, extras, related, excluded, own, targets)  # type: ignore[return-value]

    def _candidates(
        self,
        name: str,
        extras: frozenset[str],
        needs: Sequence[Need],
        excluded: set[Version | None],
        own: frozenset[Target],
        targets: frozenset[Target],
    ) -> Iterator[Candidate]:
        versions = self._versions_of(name, needs)
        for version in self._ordered(name, versions, [need.specifier for need in needs]):
            if version in excluded:
                continue
            wheels, missing = versions.wheels_for(version, own)
            if not missing:
                yield Candidate(name, extras, version, tuple(wheels), targets)
            elif name not in self.missing or self.missing[name].version < version:
                self.missing[name] = Missing(version, tuple(missing))

    def _versions_of(self, name: str, needs: Sequence[Need]) -> Versions:
        """Return the versions of a library; the error for an unknown one names who needs it."""
        try:
            return self.search.versions(name)
        except NotFound as error:
            parents = sorted({need.parent for need in needs if need.parent})
            if not parents or error.code != "library.unknown":
                raise
            raise NotFound.of(
                "library.unknown",
                variant="needed",
                library=name,
                index=redact_url(self.search.index.url),
                parents=join_names(parents),
            ) from error

    def _ordered(
        self, name: str, versions: Versions, specifiers: Iterable[SpecifierSet]
    ) -> list[Version]:
        """Return the versions, first the one that is bundled already."""
        found = versions.matching(specifiers)
        preferred = self.search.preferred.get(name)
        return sorted(found, key=lambda version: version != preferred) if preferred else found

    def is_satisfied_by(self, requirement: Need, candidate: Candidate) -> bool:
        """Return whether a candidate is allowed, and is there for all targets of the requirement."""
        if not requirement.targets <= candidate.targets or not self._allows_shipped(requirement):
            return False
        version = candidate.version
        return version is None or requirement.specifier.contains(version, prereleases=True)

    def _allows_shipped(self, need: Need) -> bool:
        """Return whether the versions that Blender ships are allowed, where they are used."""
        versions = {
            version
            for target in need.targets
            if self.is_shipped(need.name, target)
            for version in target.shipped(need.name).values()
        }
        return all(need.specifier.contains(version, prereleases=True) for version in versions)

    def get_dependencies(self, candidate: Candidate) -> Iterable[Need]:
        """Return what the wheels of a candidate need, and for extras the library itself."""
        files = [file for _, file in candidate.wheels]
        requirements = self.search.downloads.requirements_of_all(files)
        needs = list(needs_of(candidate, requirements).values())
        if candidate.extras and candidate.version is not None:
            exact = SpecifierSet(f"=={candidate.version}")
            needs.append(
                Need(candidate.name, frozenset(), exact, candidate.targets, str(candidate))
            )
        return needs


def _number(python: str) -> tuple[int, ...]:
    return tuple(map(int, python.split(".")))


def _joined(one: Candidate, other: Candidate) -> Candidate:
    wheels = {**dict(one.wheels), **dict(other.wheels)}
    return one._replace(wheels=tuple(wheels.items()), targets=one.targets | other.targets)


def _merge(parts: Sequence[Resolution]) -> Resolution | None:
    """Return the versions of all Pythons; ``None`` if a wheel of one also fits a Python that has another version."""
    merged = Resolution()
    versions: dict[str, set[Version | None]] = {}
    for part in parts:
        merged.chosen += part.chosen
        merged.passed_over |= part.passed_over
        merged.shipped |= part.shipped
        for candidate in part.chosen:
            versions.setdefault(candidate.name, set()).add(candidate.version)
    merged.split = tuple(sorted(name for name, found in versions.items() if len(found) > 1))
    for candidate in merged.chosen:
        for other in merged.chosen:
            if other.name == candidate.name and other.version != candidate.version:
                files = {file for _, file in candidate.wheels}
                if any(t.rank(file.name) is not None for t, _ in other.wheels for file in files):
                    return None
    return merged
