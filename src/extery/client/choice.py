"""Choose the version of an extension to install, or state why none can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from extery.client.index.candidates import Candidate
from extery.client.named import find_named
from extery.client.records import Installed
from extery.client.repositories import Repository, load_repositories
from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.core.errors import Conflict, ExteryError, Incompatible, NotFound, Refused

#: Versions that a message names.
_MAX_SHOWN = 5


@dataclass
class FoundVersions:
    """All versions of some extensions. ``asked`` are the repositories that have them, each with its error or ``None``."""

    candidates: list[Candidate] = field(default_factory=list)
    asked: dict[tuple[str, str], ExteryError | None] = field(default_factory=dict)

    def of(self, identifier: str) -> list[Candidate]:
        return [item for item in self.candidates if item.id == identifier]

    def error(self, identifier: str) -> ExteryError | None:
        """Return the error of the first repository that could not be asked for the versions of ``identifier``."""
        errors = (error for (_, asked), error in self.asked.items() if asked == identifier)
        return next((error for error in errors if error is not None), None)

    def was_asked(self, identifier: str) -> bool:
        return any(asked == identifier for _, asked in self.asked)


#: Returns all versions of extensions in the repositories that list them.
FindAllVersions = Callable[[Target, Iterable[tuple[Repository, str]]], FoundVersions]


def find_no_versions(_target: Target, _wanted: Iterable[tuple[Repository, str]]) -> FoundVersions:
    """Find nothing, without a request."""
    return FoundVersions()


def fitting(requirement: Requirement, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates that can be installed and were asked for."""
    return [item for item in candidates if item.can_install and requirement.matches(item.version)]


def needs_all_versions(requirement: Requirement, listed: Sequence[Candidate]) -> bool:
    """Whether versions that are not listed may be what was asked for.

    Those that repositories list are the newest, so one that fits is the best, but a pre-release may be newer than it.
    """
    return bool(requirement.channel) or not fitting(requirement, listed)


def with_all_versions(
    identifier: str, listed: Sequence[Candidate], found: FoundVersions
) -> list[Candidate]:
    """Return the listed versions and those that were found besides; what a listing blocks stays blocked.

    The listing of a folder offers a version to the systems for which it is the newest only, so one that does not fit by
    it may fit as it was found.
    """
    blocked = {item.repository.name: item.blocked for item in listed if item.blocked}
    others = [
        item.with_block(blocked.get(item.repository.name, "")) for item in found.of(identifier)
    ]
    fits = {_package(item) for item in others if item.can_install}
    kept = [item for item in listed if item.can_install or _package(item) not in fits]
    known = {_package(item) for item in kept}
    return [*kept, *(item for item in others if _package(item) not in known)]


def _package(candidate: Candidate) -> tuple[str, str]:
    return candidate.repository.name, candidate.sha256


def choose(
    target: Target,
    requirement: Requirement,
    candidates: Sequence[Candidate],
    installed: Sequence[Installed],
    found: FoundVersions,
) -> Candidate:
    """Return the candidate to install; raises an `ExteryError` with the reason if there is none."""
    listed = find_named(requirement, candidates)
    if not listed:
        raise unknown_extension(target, requirement.name, [item.name for item in candidates])
    chosen = fitting(requirement, listed)
    if not chosen:
        raise unsuitable(target, requirement, listed, found)
    names = sorted({item.name for item in chosen})
    if len(names) > 1:
        here = [item.name for item in installed if item.name in names]
        if len(here) != 1:
            raise Conflict.of("install.ambiguous", id=requirement.id, names=", ".join(names))
        chosen = [item for item in chosen if item.name == here[0]]
    return max(chosen, key=lambda item: item.version)


def unknown_extension(target: Target, name: str, similar: Sequence[str]) -> ExteryError:
    """Return the error for an id that no repository lists, with the cure that is most likely."""
    remote = [item for item in load_repositories(target) if item.is_remote]
    disabled = [item.name for item in remote if not item.enabled]
    variant = "similar" if similar else "disabled" if disabled else "" if remote else "none"
    return NotFound.of(
        "install.unknown",
        variant=variant,
        name=name,
        target=str(target),
        similar=" or ".join(similar[:3]),
        disabled=" ".join(disabled[:3]),
    )


def unfit_elsewhere(
    target: Target, requirement: Requirement, others: Sequence[Candidate]
) -> ExteryError:
    """Return why an extension cannot be installed that a repository lists for other Blenders only."""
    newest = max(others, key=lambda item: item.version)
    return Incompatible.of(
        "install.incompatible",
        variant="elsewhere",
        name=requirement.name,
        version=newest.version.text,
        target=str(target),
        reason=newest.incompatible,
    )


def unsuitable(
    target: Target,
    requirement: Requirement,
    candidates: Sequence[Candidate],
    found: FoundVersions,
) -> ExteryError:
    """Return why none of the versions can be installed: the reason that a user can act on first."""
    matching = [item for item in candidates if requirement.matches(item.version)]
    newest = max(matching or candidates, key=lambda item: item.version)
    name, version = requirement.name, newest.version.text
    if newest.blocked:
        return Refused.of("install.blocked", name=name, reason=newest.blocked)
    if matching:
        return Incompatible.of(
            "install.incompatible",
            name=name,
            version=version,
            target=str(target),
            reason=newest.incompatible,
        )
    error = found.error(requirement.id)
    versions = sorted({item.version for item in candidates}, reverse=True)
    is_open = error is None and not requirement.comparisons
    if is_open and all(version.is_prerelease for version in versions):
        return NotFound.of("install.prereleases-only", name=name, version=version)
    shown = ", ".join(version.text for version in versions[:_MAX_SHOWN])
    variant = "listed-only"
    if error is not None:
        variant = "not-asked"
    elif found.was_asked(requirement.id):
        variant = ""
    return NotFound.of(
        "install.no-version",
        variant=variant,
        requirement=str(requirement),
        versions=shown,
        target=str(target),
        repositories=", ".join(sorted({item.repository.name for item in candidates})),
        reason=error.problems[0].message if error is not None else "",
    )
