"""Which of several extensions a name of the command line means: ``id``, or ``repository.id``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.core.errors import Conflict, NotFound
from extery.core.text import closest_match


class Named(Protocol):
    """An extension with its ``repository.id``."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def find_named(requirement: Requirement, items: Iterable[N]) -> list[N]:
    """Return the extensions that a requirement names: several if it has no repository."""
    return [item for item in items if _is_named(requirement, item.name)]


def _is_named(requirement: Requirement, name: str) -> bool:
    repository, _, identifier = name.rpartition(".")
    return identifier == requirement.id and requirement.repository in ("", repository)


def find_one(target: Target, requirement: Requirement, items: Iterable[N]) -> N:
    """Return the extension of a target that a requirement names; raises `NotFound` or `Conflict`."""
    known = [*items]
    found = find_named(requirement, known)
    if not found:
        raise not_installed(target, requirement, known)
    if len(found) > 1:
        names = ", ".join(item.name for item in found)
        raise Conflict.of("install.ambiguous", id=requirement.id, names=names)
    return found[0]


def not_installed(target: Target, requirement: Requirement, items: Sequence[Named]) -> NotFound:
    """Return the error for a name that no installed extension has, with the most similar name."""
    names = [item.name for item in items]
    ids = [name.rpartition(".")[2] for name in names]
    similar = closest_match(requirement.name, [*ids, *names]) or ""
    return NotFound.of(
        "install.not-installed",
        variant="similar" if similar else "",
        name=requirement.name,
        target=str(target),
        similar=similar,
    )
