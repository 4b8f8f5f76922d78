"""Plan what an installation or an update changes, before anything is fetched.

`plan_install` and `plan_update` choose versions from what the repositories list; `extery.client.execute` carries a
plan out. What cannot be planned is a problem of its own and does not stop the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from extery.client.choice import (
    FindAllVersions,
    choose,
    find_no_versions,
    fitting,
    needs_all_versions,
    unknown,
    unsuitable,
    with_all_versions,
)
from extery.client.index.candidates import Candidate
from extery.client.named import find_named, not_installed
from extery.client.operations import PackageState
from extery.client.records import Installed
from extery.client.repositories import Repository
from extery.client.requirements import Comparison, Requirement
from extery.client.targets import Target
from extery.core.errors import (
    ExteryError,
    InvalidInput,
    Problem,
    ProblemList,
)
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
    find_all_versions: FindAllVersions = find_no_versions,
) -> Plan:
    """Plan the installation of the newest versions that are asked for and that fit the target.

    ``find_similar`` returns listed ids that resemble one that is not listed, ``find_all_versions`` the versions that
    repositories have and do not list.
    """
    plan = Plan()
    wanted = _merged(requirements, plan)
    listed = {item.id: find(target, item.id) for item in wanted}
    found = find_all_versions(
        target, _to_ask((item, find_named(item, listed[item.id])) for item in wanted)
    )
    for requirement in wanted:
        try:
            candidates = with_all_versions(requirement.id, listed[requirement.id], found)
            if not candidates:
                raise unknown(target, requirement, find_similar(target, requirement.id))
            candidate = choose(target, requirement, candidates, installed, found)
            _add(plan, target, candidate, installed, options)
        except ExteryError as error:
            plan.problems.extend(error.problems)
    return plan


def _to_ask(
    wanted: Iterable[tuple[Requirement, Sequence[Candidate]]],
) -> list[tuple[Repository, str]]:
    """Return the repositories that may have a version which was asked for and is not listed, with its id."""
    return [
        (item.repository, item.id)
        for requirement, listed in wanted
        if needs_all_versions(requirement, listed)
        for item in listed
    ]


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


def plan_update(
    target: Target,
    requirements: Sequence[Requirement] = (),
    *,
    find: FindCandidates,
    installed: Sequence[Installed],
    options: PlanOptions = PlanOptions(),
    find_all_versions: FindAllVersions = find_no_versions,
) -> Plan:
    """Plan the update of the extensions that are named, by default of all from remote repositories.

    Each is updated from its own repository, to a version within its pin. Pre-releases are chosen only if asked for.
    """
    plan = Plan()
    updates = [
        _update(target, item, requirement, find)
        for item, requirement in _named(target, requirements, installed, plan)
    ]
    asked = _to_ask((item.wanted, item.listed) for item in updates if not item.is_fixed)
    found = find_all_versions(target, asked)
    for item, requirement, wanted, listed in updates:
        candidates = with_all_versions(item.id, listed, found)
        newest = max(fitting(wanted, candidates), key=lambda c: c.version, default=None)
        is_newer = newest is not None and newest.version > Version.parse(item.state.version)
        if newest is None and requirement.comparisons and candidates:
            plan.problems.extend(unsuitable(target, requirement, candidates, found).problems)
        elif newest is None or not (is_newer or requirement.comparisons):
            plan.current.append(item)
            plan.problems.extend(_held_back(target, item, listed))
        else:
            _add(plan, target, newest, installed, options)
    return plan


class _Update(NamedTuple):
    """An installed extension, what is asked of it, the same within its pin, and what its repository lists."""

    item: Installed
    requirement: Requirement
    wanted: Requirement
    listed: list[Candidate]

    @property
    def is_fixed(self) -> bool:
        """Whether the installed version is the only one that was asked for."""
        version = Version.parse(self.item.state.version)
        exact = any(c.operator == "==" and c.parts == 3 for c in self.wanted.comparisons)
        return exact and self.wanted.matches(version)


def _update(
    target: Target, item: Installed, requirement: Requirement, find: FindCandidates
) -> _Update:
    wanted = requirement._replace(comparisons=(*requirement.comparisons, *pin_of(item)))
    own = Requirement(item.id, item.repository.name)
    return _Update(item, requirement, wanted, find_named(own, find(target, item.id)))


def _named(
    target: Target, requirements: Sequence[Requirement], installed: Sequence[Installed], plan: Plan
) -> list[tuple[Installed, Requirement]]:
    """Return the installed extensions to update, with what is asked of each."""
    if not requirements:
        return [(item, Requirement(item.id)) for item in installed if item.repository.is_remote]
    chosen = []
    for requirement in requirements:
        found = find_named(requirement, installed)
        if not found:
            plan.problems.extend(not_installed(target, requirement, installed).problems)
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
