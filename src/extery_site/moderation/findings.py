"""Findings: the problems that the checks of an upload stored with its packages."""

from __future__ import annotations

import hashlib
import json

from extery.core.errors import Problem
from extery_site.catalog.models import Version

#: Values that differ between two uploads with the same problem.
_MOVING_VALUES = frozenset({"line", "column", "place_in_package"})


def fingerprint_of(problem: Problem) -> str:
    """Return what identifies a finding in all uploads: code, place in the package and values, without lines.

    The name of the uploaded file, which often has the version in it, is not a part of it.
    """
    archive = problem.where.file
    values = [
        [name, value]
        for name, value in problem.values
        if name not in _MOVING_VALUES and value != archive
    ]
    place = [str(step) for step in problem.where.path]
    text = json.dumps([problem.code, place, values], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def findings_of(version: Version) -> dict[str, Problem]:
    """Return the findings of all packages of a version by fingerprint."""
    problems: dict[str, Problem] = {}
    for package in version.packages.all():
        for stored in package.problems:
            problem = Problem.from_dict(stored)
            problems.setdefault(fingerprint_of(problem), problem)
    return problems
