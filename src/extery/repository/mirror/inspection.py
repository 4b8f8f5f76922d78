"""Whether a mirrored package is listed: Blender can install it, and it is the one that its entries name.

A package that fails has arrived as its listing promises, so this is no fault of the transfer: it would fail
again. It is left out. Other problems do not keep it out, but are reported. Both are kept in the mirror's
state, so that no run fetches or reads the package again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from extery.core.errors import InvalidPackage, Problem, Where
from extery.listing.entries import Entry
from extery.rules.engine import Scope, check_package


class RefusedPackage(InvalidPackage):
    """A package that is here and complete, and that no repository should offer."""


def inspect_package(
    path: Path, entries: Sequence[Entry], *, checkpoint: Callable[[], None] = lambda: None
) -> list[Problem]:
    """Check the package of these entries, and return the problems with which it is listed all the same.

    Raises `RefusedPackage` with every problem if it is not listed. ``checkpoint`` is called for each
    megabyte, and may raise to stop.
    """
    report = check_package(path, name=path.name, scope=Scope.REPOSITORY, checkpoint=checkpoint)
    checkpoint()  # a check that was stopped is no fault of the package
    problems, manifest = report.problems, report.installable_manifest
    others = (
        []
        if manifest is None
        else [
            entry
            for entry in entries
            if (entry["id"], entry["version"]) != (manifest.id, manifest.version)
        ]
    )
    for entry in others:
        assert manifest is not None
        problems.add(
            "mirror.package-mismatch",
            f"the package of {entry['id']} {entry['version']} is {manifest.id} {manifest.version}",
            hint="report it to the owner of the repository: Blender refuses to install it",
            where=Where(path.name),
        )
    if manifest is None or others:
        raise RefusedPackage(*problems)
    return list(problems)


def dump_problems(problems: Iterable[Problem]) -> list[list[str]]:
    """Problems of a package as JSON for the state: code, message, hint, and perhaps a member."""
    return [[p.code, p.message, p.hint, *map(str, p.where.path[:1])] for p in problems]


def load_problems(name: str, items: Iterable[Sequence[str]]) -> list[Problem]:
    """The problems of the package ``name`` that `dump_problems` has written."""
    return [
        Problem(code, message, hint, Where(name, tuple(member)))
        for code, message, hint, *member in items
    ]
