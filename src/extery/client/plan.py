"""Plan what an installation or an update changes, before anything is fetched.

`plan_install` and `plan_update` choose versions from what the repositories list; `extery.client.execute` carries a
plan out. What cannot be planned is a problem of its own and does not stop the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from extery.client.index.candidates import Candidate
from extery.client.operations import PackageState
from extery.client.records import Installed
from extery.client.repositories import Repository
from extery.client.requirements import Comparison, Requirement
from extery.client.targets import Target
from extery.core.errors import (
    Conflict,
    ExteryError,
    Incompatible,
    InvalidInput,
    NotFound,
    Problem,
    ProblemList,
    Refused,
)
from extery.core.text import closest_match
from extery.core.versions import Version

#: Returns all listed versions of an id, of all enabled repositories of a target.
FindCandidates = Callable[[Target, str], Sequence[Candidate]]
#: Returns listed ids that resemble an id.
FindSimilar = Callable[[Target, str], Sequence[str]]


class Action(StrEnum):
    """What happens to an extension."""

    INSTALL = "install"
    UPDATE = "update"
    DOWNGRADE = "downgrade"
    REINSTALL = "reinstall"
    REMOVE = "remove"


@dataclass(frozen=True)
class Change:
    """One planned change: ``candidate`` is to be installed, ``before`` is installed now."""

    target: Target
    repository: Repository
    id: str
    before: Installed | None = None
    candidate: Candidate | None = None
    #: A removal also removes the data that the extension has written for the user.
    with_user_data: bool = False

    @property
    def name(self) -> str:
        return f"{self.repository.name}.{self.id}"

    @property
    def action(self) -> Action:
        if self.candidate is None:
            return Action.REMOVE
        if self.before is None:
            return Action.INSTALL
        old, new = Version.parse(self.before.state.version), self.candidate.version
        if old == new:
            return Action.REINSTALL
        return Action.UPDATE if old < new else Action.DOWNGRADE

    @property
    def after(self) -> PackageState | None:
        """What will be installed; raises `InvalidListing` if the URL of the package is not allowed."""
        item = self.candidate
        if item is None:
            return None
        return PackageState(item.version.text, item.sha256, item.size, item.url)

    @property
    def gained_permissions(self) -> list[str]:
        """The permissions that the installed version does not have."""
        if self.candidate is None:
            return []
        old = self.before.manifest.permissions if self.before else {}
        return [name for name in self.candidate.permissions if name not in old]


@dataclass
class Plan:
    """Changes, names of extensions that are as requested already, and problems with the rest."""

    changes: list[Change] = field(default_factory=list)
    current: list[Installed] = field(default_factory=list)
    problems: ProblemList = field(default_factory=ProblemList)

    @property
    def size(self) -> int:
        """Bytes of all packages, each counted once."""
        packages = {c.candidate.sha256: c.candidate.size for c in self.changes if c.candidate}
        return sum(packages.values())

    def of_target(self, target: Target) -> list[Change]:
        return [change for change in self.changes if change.target == target]


@dataclass(frozen=True)
class PlanOptions:
    """``reinstall`` includes versions that are installed already; ``allow_downgrade`` older ones."""

    reinstall: bool = False
    allow_downgrade: bool = False


def pin_of(item: Installed) -> tuple[Comparison, ...]:
    """Return the versions that an installed extension is pinned to; all if there is no valid pin."""
    try:
        return Requirement.parse(f"{item.id}{item.held}").comparisons
    except InvalidInput:  # the file was edited
        return ()


def plan_install(
    target: Target,
    requirements: Iterable[Requirement],
    *,
    find: FindCandidates,
    installed: Sequence[Installed],
    options: PlanOptions = PlanOptions(),
    find_similar: FindSimilar = lambda _target, _id: (),
) -> Plan:
    """Plan the installation of the newest versions that are asked for and that fit the target.

    ``find_similar`` returns listed ids that resemble one that is not listed.
    """
    plan = Plan()
    for requirement in _merged(requirements, plan):
        try:
            candidates = find(target, requirement.id)
            if not candidates:
                raise _unknown(target, requirement, find_similar(target, requirement.id))
            candidate = _choose(target, requirement, candidates, installed)
            _add(plan, target, candidate, installed, options)
        except ExteryError as error:
            plan.problems.extend(error.problems)
    return plan


def _merged(requirements: Iterable[Requirement], plan: Plan) -> list[Requirement]:
    """Return the requirements, those for one extension as one."""
    merged: dict[str, Requirement] = {}
    for requirement in requirements:
        other = merged.get(requirement.name)
        if other is None:
            merged[requirement.name] = requirement
        elif other.channel and requirement.channel and other.channel != requirement.channel:
            plan.problems.add("install.requirement", requirement=f"{other} {requirement}")
        else:
            comparisons = (*other.comparisons, *requirement.comparisons)
            channel = other.channel or requirement.channel
            merged[requirement.name] = other._replace(comparisons=comparisons, channel=channel)
    return [*merged.values()]


def _choose(
    target: Target,
    requirement: Requirement,
    candidates: Sequence[Candidate],
    installed: Sequence[Installed],
) -> Candidate:
    """Return the candidate to install; raises an `ExteryError` with the reason if there is none."""
    listed = [item for item in candidates if requirement.repository in ("", item.repository.name)]
    if not listed:
        raise _unknown(target, requirement, [item.name for item in candidates])
    fitting = [item for item in listed if item.can_install and requirement.matches(item.version)]
    if not fitting:
        raise _unsuitable(target, requirement, listed)
    names = sorted({item.name for item in fitting})
    if len(names) > 1:
        here = [item.name for item in installed if item.name in names]
        if len(here) != 1:
            raise Conflict.of("install.ambiguous", id=requirement.id, names=", ".join(names))
        fitting = [item for item in fitting if item.name == here[0]]
    return max(fitting, key=lambda item: item.version)


def _unknown(target: Target, requirement: Requirement, similar: Sequence[str]) -> ExteryError:
    return NotFound.of(
        "install.unknown",
        variant="similar" if similar else "",
        name=requirement.name,
        target=str(target),
        similar=" or ".join(similar[:3]),
    )


def _unsuitable(
    target: Target, requirement: Requirement, listed: Sequence[Candidate]
) -> ExteryError:
    """Return why none of the listed versions can be installed: the reason that a user can act on first."""
    matching = [item for item in listed if requirement.matches(item.version)]
    newest = max(matching or listed, key=lambda item: item.version)
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
    versions = sorted({item.version for item in listed}, reverse=True)
    if all(version.is_prerelease for version in versions) and not requirement.comparisons:
        return NotFound.of("install.prereleases-only", name=name, version=version)
    shown = ", ".join(version.text for version in versions[:5])
    return NotFound.of(
        "install.no-version", requirement=str(requirement), versions=shown, target=str(target)
    )


def _add(
    plan: Plan,
    target: Target,
    candidate: Candidate,
    installed: Sequence[Installed],
    options: PlanOptions,
) -> None:
    before = next((item for item in installed if item.name == candidate.name), None)
    change = Change(target, candidate.repository, candidate.id, before, candidate)
    if before is not None and change.action is Action.REINSTALL and not options.reinstall:
        plan.current.append(before)
        return
    if change.action is Action.DOWNGRADE and not options.allow_downgrade:
        assert before is not None  # only what is installed can be older
        plan.problems.add(
            "install.downgrade",
            name=change.name,
            installed=before.state.version,
            version=candidate.version.text,
        )
        return
    if before is not None and not all(p.matches(candidate.version) for p in pin_of(before)):
        plan.problems.add(
            "install.held",
            name=change.name,
            installed=before.state.version,
            held=before.held,
            version=candidate.version.text,
        )
        return
    plan.changes.append(change)


def find_one(target: Target, requirement: Requirement, installed: Sequence[Installed]) -> Installed:
    """Return the installed extension that a requirement names; raises `NotFound` or `Conflict`."""
    found = [
        item
        for item in installed
        if item.id == requirement.id and requirement.repository in ("", item.repository.name)
    ]
    if not found:
        known = [item.id for item in installed] + [item.name for item in installed]
        similar = closest_match(requirement.name, known) or ""
        raise NotFound.of(
            "install.not-installed",
            variant="similar" if similar else "",
            name=requirement.name,
            target=str(target),
            similar=similar,
        )
    if len(found) > 1:
        names = ", ".join(item.name for item in found)
        raise Conflict.of("install.ambiguous", id=requirement.id, names=names)
    return found[0]


def plan_update(
    target: Target,
    requirements: Sequence[Requirement] = (),
    *,
    find: FindCandidates,
    installed: Sequence[Installed],
    options: PlanOptions = PlanOptions(),
) -> Plan:
    """Plan the update of the extensions that are named, by default of all from remote repositories.

    Each is updated from its own repository, to a version within its pin. Pre-releases are chosen only if asked for.
    """
    plan = Plan()
    chosen = _named(target, requirements, installed, plan)
    for item, requirement in chosen:
        wanted = requirement._replace(comparisons=(*requirement.comparisons, *pin_of(item)))
        listed = [c for c in find(target, item.id) if c.repository.name == item.repository.name]
        fitting = [c for c in listed if c.can_install and wanted.matches(c.version)]
        newest = max(fitting, key=lambda c: c.version, default=None)
        is_newer = newest is not None and newest.version > Version.parse(item.state.version)
        if newest is None or not (is_newer or requirement.comparisons):
            plan.current.append(item)
            plan.problems.extend(_held_back(target, item, listed))
            continue
        _add(plan, target, newest, installed, options)
    return plan


def _named(
    target: Target, requirements: Sequence[Requirement], installed: Sequence[Installed], plan: Plan
) -> list[tuple[Installed, Requirement]]:
    """Return the installed extensions to update, with what is asked of each."""
    if not requirements:
        return [(item, Requirement(item.id)) for item in installed if item.repository.is_remote]
    chosen = []
    for requirement in requirements:
        found = [
            item
            for item in installed
            if item.id == requirement.id and requirement.repository in ("", item.repository.name)
        ]
        if not found:
            plan.problems.add("install.not-installed", name=requirement.name, target=str(target))
        for item in found:
            if item.repository.is_remote:
                chosen.append((item, requirement))
            else:
                plan.problems.add("install.local", name=item.name, repository=item.repository.name)
    return chosen


def _held_back(target: Target, item: Installed, listed: Sequence[Candidate]) -> Iterable[Problem]:
    """Yield a warning for an installed extension that was blocked."""
    for candidate in listed:
        if candidate.blocked:
            yield Problem.of(
                "install.blocked-installed",
                name=item.name,
                version=item.state.version,
                reason=candidate.blocked,
                target=str(target),
            )
            return
