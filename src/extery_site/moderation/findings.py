"""Findings: the problems that the checks of an upload stored with its packages."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from extery.core.errors import Problem
from extery_site.catalog.models import Version

#: Values that differ between two uploads with the same problem.
_MOVING_VALUES = frozenset({"line", "column", "place_in_package"})


def fingerprint_of(problem: Problem) -> str:
    """Return what identifies a finding in all uploads: code, place in the package and values, without lines.

    The name of the uploaded file, which often has the version in it, is not a part of it; that of a module is.
    """
    archive = problem.where.file
    values = [
        [name, value]
        for name, value in problem.values
        if name not in _MOVING_VALUES and value != archive
    ]
    place = [str(step) for step in problem.where.path]
    if _is_in_code(problem):
        place.append(archive)
    text = json.dumps([problem.code, place, values], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class FindingPlace(NamedTuple):
    """A line of a module in a package, by the package's SHA-256."""

    package: str
    file: str
    line: int


def _is_in_code(problem: Problem) -> bool:
    where = problem.where
    return where.line is not None and not where.path and where.file.endswith(".py")


def places_of(version: Version) -> dict[str, list[FindingPlace]]:
    """Return the lines of code of the findings of a version, by fingerprint, in their order.

    Packages for several platforms have the same lines: they are listed once.
    """
    places: dict[str, dict[tuple[str, int], FindingPlace]] = {}
    for package in version.packages.all():
        for problem in map(Problem.from_dict, package.problems):
            file, line = problem.where.file, problem.where.line
            if line is not None and _is_in_code(problem):
                found = places.setdefault(fingerprint_of(problem), {})
                found.setdefault((file, line), FindingPlace(package.sha256, file, line))
    return {fingerprint: list(found.values()) for fingerprint, found in places.items()}


def findings_of(version: Version) -> dict[str, Problem]:
    """Return the findings of all packages of a version by fingerprint."""
    problems: dict[str, Problem] = {}
    for package in version.packages.all():
        for stored in package.problems:
            problem = Problem.from_dict(stored)
            problems.setdefault(fingerprint_of(problem), problem)
    return problems
