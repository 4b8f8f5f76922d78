"""Whether a mirrored package may be offered: it unpacks, and it is the one that its entries name.

A package that fails here has arrived as its listing promises, so it is no fault of the transfer: it
would fail again. It is left out, and what is wrong is remembered so that it is not fetched each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from extery.core.errors import InvalidPackage, Problem, ProblemList, Where
from extery.listing.entries import Entry
from extery.package import open_package
from extery.package.faults import noting_faults
from extery.rules.installable import read_installable

#: Counts up when packages that were accepted before may be refused now: then all are looked at again.
RULES = 1


class RefusedPackage(InvalidPackage):
    """A package that is here and complete, and that no repository should offer."""


def inspect_package(
    path: Path, entries: Sequence[Entry], *, checkpoint: Callable[[], None] = lambda: None
) -> None:
    """Raise `RefusedPackage` with everything for which the package of these entries cannot be offered.

    ``checkpoint`` is called every megabyte, and may raise to stop.
    """
    problems = ProblemList()
    with noting_faults(problems, path.name), open_package(path) as package:
        manifest = read_installable(package, checkpoint=checkpoint)
        for entry in entries:
            if (entry["id"], entry["version"]) != (manifest.id, manifest.version):
                problems.add(
                    "mirror.other-package",
                    f"the package of {entry['id']} {entry['version']} is {manifest.id} {manifest.version}",
                    hint="report it to the owner of the repository: Blender refuses to install it",
                    where=Where(path.name),
                )
    checkpoint()  # what was stopped is no fault of the package
    if problems.errors:
        raise RefusedPackage(*problems)


def for_memory(problems: Iterable[Problem]) -> list[list[str]]:
    """The problems of a refused package as JSON to remember them by: code, message, hint and member."""
    return [[p.code, p.message, p.hint, *map(str, p.where.path[:1])] for p in problems]


def from_memory(name: str, noted: Iterable[Sequence[str]]) -> list[Problem]:
    """Remembered problems of the package that is called ``name``."""
    return [
        Problem(code, message, hint, Where(name, tuple(member)))
        for code, message, hint, *member in noted
    ]
