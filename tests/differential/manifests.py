"""Manifests: the errors of `validate`, and what clients accept, are those of each Blender."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from extery.author.validate import check_path
from extery.core.errors import ProblemList
from extery.core.versions import parse_blender_version
from extery.manifest.document import check_manifest
from extery.manifest.schemas.blender_rules import rules_of
from extery.rules.report import CheckReport
from tests.blender.oracle import Reader, lenient_error, strict_errors
from tests.blender.verdicts import zipped
from tests.differential.manifest_inputs import manifest_inputs
from tests.differential.runs import Comparison, Disagreement
from tests.manifest.test_corpus import Verdict, like_blender

#: Blender's reader of packages crashes; Extery reports a problem.
CRASHES = re.compile(r"^crash: AttributeError: '[\w.]+' object has no attribute 'get'")


def compare(manifests: Sequence[bytes], versions: Sequence[str]) -> Iterator[Disagreement]:
    """Compare each manifest alone and in a package, by all readers of each Blender."""
    with tempfile.TemporaryDirectory() as name:
        reports = [_reports(data, Path(name)) for data in manifests]
    for version in versions:
        with_tags = strict_errors(version, manifests, True)
        yield from _strict(version, "validate", [r[0] for r in reports], with_tags)
        without = strict_errors(version, manifests)
        yield from _strict(version, "validate without tags", [r[1] for r in reports], without)
        packed = strict_errors(version, manifests, True, reader="package")
        yield from _strict(version, "validate of a package", [r[2] for r in reports], packed)
        for reader in ("package", "folder"):
            yield from _lenient(version, reader, manifests)


def _reports(data: bytes, folder: Path) -> tuple[CheckReport, CheckReport, CheckReport]:
    file, package = folder / "blender_manifest.toml", folder / "package.zip"
    file.write_bytes(data)
    package.write_bytes(zipped(data).getvalue())
    return check_path(file), check_path(file, valid_tags={}), check_path(package)


def _strict(
    version: str, reader: str, reports: Sequence[CheckReport], answers: Sequence[list[str]]
) -> Iterator[Disagreement]:
    major, minor = map(int, version.split("."))
    for number, (report, errors) in enumerate(zip(reports, answers, strict=True)):
        [verdict] = [v for v in report.verdicts if v.series == (major, minor)]
        # A package has errors of other files too, and Blender reports one at a time.
        is_alone = report.kind == "manifest"
        ours = like_blender(ProblemList(verdict.errors)) if is_alone else []
        if verdict.accepts == bool(errors) or (is_alone and not _is_same(ours, errors)):
            text = f"{reader}: Blender {errors}, Extery {ours} {verdict.codes}"
            yield Disagreement(number, version, text)
            continue
        problems = report.problems
        report.judge_like((major, minor))
        if report.ok != (not errors):
            text = f"{reader} --like-blender: Blender {errors}, Extery {list(report.problems)}"
            yield Disagreement(number, version, text)
        report.problems = problems


def _is_same(ours: Verdict, errors: list[str]) -> bool:
    fields = [field for field, _ in ours]
    if fields in ([None], ["tags"]):  # the message of Blender names no field
        return len(errors) == 1
    return fields == [field_in(error) for error in errors]


def field_in(message: str) -> str | None:
    """Return the field that a message of Blender names."""
    match = re.search(r'"(\w+)"', message)
    return match[1] if match else None


def _lenient(version: str, reader: Reader, manifests: Sequence[bytes]) -> Iterator[Disagreement]:
    rules = rules_of(parse_blender_version(version))
    for number, error in enumerate(lenient_error(version, manifests, reader=reader)):
        manifest, problems = check_manifest(
            manifests[number], strict=False, packaged=reader == "package", rules=rules
        )
        if error is not None and CRASHES.match(error):
            if not any(problem.code == "package.build-not-table" for problem in problems.errors):
                yield Disagreement(number, version, f"{reader}: {error}, Extery {list(problems)}")
        elif (manifest is None) != (error is not None):
            text = f"client, {reader}: Blender {error}, Extery {list(problems)}"
            yield Disagreement(number, version, text)


COMPARISON = Comparison("manifests", ".toml", manifest_inputs, compare)
