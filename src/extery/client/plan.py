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
    needs_all_versions,
    unfit_elsewhere,
    unknown_extension,
    with_all_versions,
)
from extery.client.index.candidates import Candidate
from extery.client.named import find_named
from extery.client.package_state import PackageState
from extery.client.records import Installed
from extery.client.repositories import Repository
from extery.client.requirements import Comparison, Requirement
from extery.client.targets import Target
from extery.core.cached_property import cached_property
from extery.core.errors import (
    ExteryError,
    InvalidInput,
    ProblemList,
)
from extery.core.versions import Version

#: Returns all listed versions of an id, of all enabled repositories of a target.
FindCandidates = Callable[[Target, str], Sequence[Candidate]]
#: Returns listed ids that resemble an id.
FindSimilar = Callable[[Target, str], Sequence[str]]
#: Returns the versions of an id that a repository of a target lists for other Blenders, each with the reason against it.
FindElsewhere = Callable[[Target, str], Sequence[Candidate]]


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

    @cached_property
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


class PlanOptions(NamedTuple):
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
    find_elsewhere: FindElsewhere = lambda _target, _id: (),
    find_all_versions: FindAllVersions = find_no_versions,
) -> Plan:
    """Plan the installation of the newest versions that are asked for and that fit the target.

    ``find_similar`` returns listed ids that resemble one that is not listed, ``find_elsewhere`` why it is not, and
    ``find_all_versions`` the versions that repositories have and do not list.
    """
    plan = Plan()
    wanted = _merged(requirements, plan)
    listed = {item.id: find(target, item.id) for item in wanted}
    found = find_all_versions(
        target, repositories_to_ask((item, find_named(item, listed[item.id])) for item in wanted)
    )
    for requirement in wanted:
        try:
            candidates = with_all_versions(requirement.id, listed[requirement.id], found)
            if not candidates and (others := find_elsewhere(target, requirement.id)):
                raise unfit_elsewhere(target, requirement, others)
            if not candidates:
                raise unknown_extension(
                    target, requirement.name, find_similar(target, requirement.id)
                )
            candidate = choose(target, requirement, candidates, installed, found)
            add_change(plan, target, candidate, installed, options)
        except ExteryError as error:
            plan.problems.extend(error.problems)
    return plan


def repositories_to_ask(
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


def add_change(
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
