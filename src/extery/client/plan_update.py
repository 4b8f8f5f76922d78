"""Plan which installed extensions an update replaces, each from its own repository and within its pin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extery.client.choice import (
    FindAllVersions,
    find_no_versions,
    fitting,
    unsuitable,
    with_all_versions,
)
from extery.client.index.candidates import Candidate
from extery.client.named import find_named, not_installed
from extery.client.plan import (
    FindCandidates,
    Plan,
    PlanOptions,
    add_change,
    pin_of,
    repositories_to_ask,
)
from extery.client.records import Installed
from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.core.errors import Problem
from extery.core.versions import Version


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
    asked = repositories_to_ask((item.wanted, item.listed) for item in updates if not item.is_fixed)
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
            add_change(plan, target, newest, installed, options)
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
