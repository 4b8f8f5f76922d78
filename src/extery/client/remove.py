"""Plan the removal of extensions by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extery.client.named import find_one
from extery.client.plan import Change, Plan
from extery.client.records import Installed
from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.core.errors import ExteryError


def plan_removal(target: Target, names: Iterable[str], installed: Sequence[Installed]) -> Plan:
    """Plan the removal of the extensions ``names``, each an ``id`` or ``repository.id``.

    In a local repository, which belongs to the user, only what Extery has installed is removed.
    """
    plan = Plan()
    for name in dict.fromkeys(names):
        try:
            found = find_one(target, Requirement.parse(name), installed)
        except ExteryError as error:
            plan.problems.extend(error.problems)
            continue
        if not found.repository.is_remote and not found.state.sha256:
            plan.problems.add("install.local", name=found.name, repository=found.repository.name)
        elif found.name not in {change.name for change in plan.changes}:
            plan.changes.append(Change(target, found.repository, found.id, found))
    return plan
