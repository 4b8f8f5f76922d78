"""Decide whether a mirrored package is listed: Blender must be able to install it under its entries.

A package that fails this has the hash of its listing, so another download would fail too; it is left out.
Packages with other problems are listed, and their problems reported. Both kinds are stored in the state, so
that later runs neither download nor read the package again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import InvalidPackage, Problem, ProblemList, Where
from extery.listing import LISTING_FILENAME
from extery.listing.entries import Entry
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.manifest.visible_text import check_visible_text
from extery.rules.blender_verdicts import Refusal
from extery.rules.engine import CheckReport, Scope, check_package


class Inspection(NamedTuple):
    """The problems of a package that is listed, and the Blenders that refuse it."""

    problems: Sequence[Problem]
    refusals: tuple[Refusal, ...]


class RefusedPackage(InvalidPackage):
    """A complete package that the mirror leaves out, because Blender cannot install it under its entries."""


def inspect_package(
    path: Path,
    entries: Sequence[Entry],
    *,
    valid_tags: ValidTags | None = None,
    checkpoint: Callable[[], None] = lambda: None,
) -> Inspection:
    """Check the package of these entries, which is listed.

    Raises `RefusedPackage` with all problems and refusals of one that is not. ``checkpoint`` is called for each megabyte,
    and may raise to stop.
    """
    report = check_package(
        path,
        name=path.name,
        scope=Scope.REPOSITORY,
        valid_tags=valid_tags,
        checkpoint=checkpoint,
    )
    checkpoint()  # the problems of a check that was stopped are not those of the package
    problems, manifest = report.problems, report.installable_manifest
    if manifest is None:
        raise _refused(report)
    is_mismatch = False
    for entry in entries:
        if (entry["id"], entry["version"]) != (manifest.id, manifest.version):
            is_mismatch = True
            problems.add(
                "mirror.package-mismatch",
                where=Where(path.name),
                id=entry["id"],
                version=entry["version"],
                actual_id=manifest.id,
                actual_version=manifest.version,
            )
    if is_mismatch:
        raise _refused(report)
    known = {problem.code for problem in problems}
    problems.extend(p for p in _problems_of_texts(entries, path.name) if p.code not in known)
    return Inspection(problems, report.refusals)


def _refused(report: CheckReport) -> RefusedPackage:
    error = RefusedPackage(*report.problems)
    error.refusals = report.refusals
    return error


def _problems_of_texts(entries: Iterable[Entry], name: str) -> Iterator[Problem]:
    """Yield the problems of invisible characters in the entries of a package, each once."""
    problems = ProblemList()
    for entry in entries:
        check_visible_text(
            entry,
            problems,
            locate=lambda path: Where(f"{name}/{LISTING_FILENAME}", path),
            is_json=True,
        )
    yield from problems


def at_package(name: str, problem: Problem) -> Problem:
    """Return the problem with the name of its package in front of the file in it."""
    file = problem.where.file
    if file and file != name:
        name = f"{name}/{file}"
    return problem._replace(where=problem.where._replace(file=name))
