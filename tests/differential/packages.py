"""Packages: each Blender installs the files that Extery lists, and its `validate` has the verdict that Extery states."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from extery.core.errors import Problem
from extery.rules.engine import check_package
from extery.rules.report import CheckReport
from tests.differential.runs import Comparison, Disagreement
from tests.zips.differential import contradiction
from tests.zips.mutations import mutate
from tests.zips.oracles import Outcome, installing, unpack_with, validating
from tests.zips.reading import read_package
from tests.zips.seeds import SEEDS

#: Problems of the headers of a zip.
_HEADERS = frozenset(
    f"package.{name}"
    for name in ("damaged", "header-mismatch", "zip64-mismatch", "prefix-data", "trailing-data", "unused-data", "stream-size", "unicode-path", "overlapping")
)  # fmt: skip


def inputs(seed: int) -> Iterator[bytes]:
    """Yield mutated packages without end; each depends on the seed and its number."""
    names = sorted(SEEDS)
    originals: dict[str, bytes] = {}
    for number in count():
        source = Random(f"{seed}/{number}")
        name = source.choice(names)
        if name not in originals:
            originals[name] = SEEDS[name]()
        yield mutate(name, originals[name], source).data


def compare(packages: Sequence[bytes], versions: Sequence[str]) -> Iterator[Disagreement]:
    """Install and validate each package with each Blender."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"{number:04}.zip" for number in range(len(packages))]
        for file, data in zip(files, packages, strict=True):
            file.write_bytes(data)
        ours = [_outcome(read_package(file)) for file in files]
        reports = [check_package(file, valid_tags={}) for file in files]
        for version in versions:
            installed = unpack_with(installing(version), folder)
            validated = unpack_with(validating(version), folder)
            for number, file in enumerate(files):
                theirs, verdict = installed[file.name], validated[file.name]
                if theirs.escaped:
                    text = f"wrote outside of its folder: {theirs.escaped}"
                    yield Disagreement(number, version, text)
                if not ours[number].refused and (
                    text := contradiction(
                        f"blender {version}", theirs, ours[number], packages[number]
                    )
                ):
                    yield Disagreement(number, version, f"install: {text}")
                if text := _verdict_differs(version, reports[number], verdict, theirs):
                    yield Disagreement(number, version, f"validate: {text}")


def _outcome(answer: dict[str, Any]) -> Outcome:
    facts = {key: value for key, value in answer.items() if key not in ("tree", "error")}
    return Outcome(answer["tree"], answer["error"], facts=facts)


def _verdict_differs(version: str, report: CheckReport, theirs: Outcome, installed: Outcome) -> str:
    """Return how the verdict differs from Blender's; empty if it does not.

    The headers of a zip can be wrong in ways that each program reads differently; Extery refuses to read some of these.
    """
    major, minor = map(int, version.split("."))
    [verdict] = [verdict for verdict in report.verdicts if verdict.series == (major, minor)]
    # Some of what cannot be installed is an error that `validate` of Blender does not report.
    is_same = not theirs.refused if verdict.accepts else theirs.refused or installed.refused
    if is_same or any(map(_is_explained, report.problems)):
        return ""
    return f"Blender {theirs.error or 'accepts'}, Extery {verdict.codes} of {[p.code for p in report.problems]}"


def _is_explained(problem: Problem) -> bool:
    """Return whether each program reads the zip differently, so that no verdict of Blender is stated."""
    names = "".join(map(str, problem.where.path))
    # Python cuts names at NUL, and does not read the data of folders.
    is_folder = problem.code == "package.unsupported-compression" and names.endswith("/")
    return problem.code in _HEADERS or "\0" in names or is_folder


COMPARISON = Comparison("packages", ".zip", inputs, compare, batch=100)
