"""Audit: what is installed in a target that is blocked, outdated, unfit or in conflict, with licences and permissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from extery.client.checks.context import Context
from extery.client.checks.extensions import find_other_wheels, find_unfit_extensions
from extery.client.disk_changes import blocked_installed
from extery.client.index.database import open_index
from extery.client.index.overview import installed_overview
from extery.client.records import Installed, find_installed
from extery.client.replaced import find_replaced
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.wheel_conflicts import find_conflicts_among
from extery.core.errors import Problem
from extery.core.text import clean_message

#: The word for extensions that declare no permissions.
NO_PERMISSIONS = "none"


@dataclass
class Audit:
    """The result for a target. ``licenses`` and ``permissions`` map each to the names of its extensions."""

    target: Target
    installed: list[Installed] = field(default_factory=list)
    blocked: list[Installed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    licenses: dict[str, list[str]] = field(default_factory=dict)
    permissions: dict[str, list[str]] = field(default_factory=dict)


def audit(target: Target, store: Store, *, options: str = "") -> Audit:
    """Audit a target with its stored listings; nothing is fetched or changed.

    ``options`` follow a command of extery in a hint that is for this target. Raises `Corrupt` if the list of repositories
    is damaged.
    """
    installed = [*find_installed(target)]
    blocked = blocked_installed(target, installed)
    context = Context(target, store, options=options)
    problems = [
        Problem.of(
            "audit.blocked",
            name=item.name,
            version=item.state.version,
            reason=reason,
            options=options,
        )
        for item, reason in blocked
    ]
    problems += find_replaced(target, installed)
    problems += _outdated(target, installed, options)
    problems += find_unfit_extensions(context)
    problems += find_other_wheels(context)
    problems += find_conflicts_among(installed)
    return Audit(
        target,
        installed,
        [item for item, _ in blocked],
        problems,
        _totals((item.name, item.manifest.license) for item in installed),
        _totals(
            (item.name, [*item.manifest.permissions] or [NO_PERMISSIONS]) for item in installed
        ),
    )


def _outdated(target: Target, installed: Iterable[Installed], options: str) -> list[Problem]:
    with open_index(target) as index:
        rows = installed_overview(index, installed)
    return [
        Problem.of(
            "audit.outdated",
            variant="held" if row.notes.held else "",
            name=f"{row.repository}.{row.id}",
            version=row.installed,
            newest=row.listed,
            options=options,
        )
        for row in rows
        if row.is_newer
    ]


def _totals(items: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Return the names of extensions by each of their untrusted words, the most frequent first."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, words in items:
        for word in dict.fromkeys(words):
            found[clean_message(word.removeprefix("SPDX:"))].append(name)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))
