"""Installed versions of which a repository lists another package now: a version is published once."""

from __future__ import annotations

from collections.abc import Iterable

from extery.client.index.database import open_index
from extery.client.index.queries import candidates_in
from extery.client.records import Installed
from extery.client.targets import Target
from extery.core.errors import Problem, Where


def find_replaced(target: Target, installed: Iterable[Installed]) -> list[Problem]:
    """Return a warning for each installed version whose package in the listing has other bytes than the installed one.

    An attacker who can change a server could exchange listing and package together. What Blender has installed is not
    compared, because its package is not known.
    """
    known = [item for item in installed if item.repository.is_remote and item.state.sha256]
    if not known:
        return []
    problems = []
    with open_index(target) as index:
        for item in known:
            listed = {
                candidate.sha256
                for candidate in candidates_in(index, item.id)
                if candidate.name == item.name and candidate.version.text == item.state.version
            }
            if listed and item.state.sha256 not in listed:
                problems.append(_problem(item, min(listed)))
    return problems


def _problem(item: Installed, listed: str) -> Problem:
    return Problem.of(
        "sync.package-replaced",
        where=Where(item.name),
        version=item.state.version,
        name=item.name,
        sha256=item.state.sha256,
        listed=listed,
    )
