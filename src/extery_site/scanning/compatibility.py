"""In which Blenders a version works: from the results of the step ``compatibility``, and from tests in real Blenders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from extery.core.compatibility import BlenderRange
from extery.core.versions import (
    BLENDER_SERIES,
    blender_version_of_number,
    format_series,
    short_blender_version,
)
from extery.inventory.model import Place
from extery_site.catalog.models import BlenderTest, Version
from extery_site.scanning.models import StepResult
from extery_site.scanning.steps.compatibility import NAME

Verdict = Literal["works", "remarks", "breaks", "unknown", "outside", "disputed", "failed"]
LABELS: Mapping[Verdict, str] = {
    "works": "No problem found",
    "remarks": "Works, with remarks",
    "breaks": "Breaks",
    "unknown": "Not known",
    "outside": "Not for this Blender",
    "disputed": "Passed a test, but uses names that are missing",
    "failed": "Failed in a test",
}


@dataclass(frozen=True)
class BlenderVerdict:
    """The verdict about a version in a Blender, such as ``5.3``."""

    blender: str
    verdict: Verdict
    test: BlenderTest | None = None

    @property
    def label(self) -> str:
        if self.test is not None and self.test.works and self.verdict != "disputed":
            return f"{LABELS[self.verdict]}, passed a test"
        return LABELS[self.verdict]

    @property
    def shown_as(self) -> str:
        """The verdict whose colour and sign it has."""
        return {"disputed": "remarks", "failed": "breaks"}.get(self.verdict, self.verdict)


@dataclass(frozen=True)
class NameFinding:
    """A name of Blender's API that some Blenders lack, or call deprecated or experimental."""

    kind: str
    message: str
    hint: str
    blenders: tuple[str, ...]
    places: tuple[Place, ...]
    number: int

    @property
    def more(self) -> int:
        """How many places are left out."""
        return self.number - len(self.places)


@dataclass(frozen=True)
class VersionCompatibility:
    """The verdicts of a version for all Blenders that we know, and the findings for those of its range."""

    verdicts: tuple[BlenderVerdict, ...]
    findings: tuple[NameFinding, ...]
    not_analysed: tuple[str, ...]
    left_out: int = 0

    @property
    def breaks(self) -> tuple[str, ...]:
        """The Blenders of its range in which it breaks, by its code or in a test."""
        return tuple(one.blender for one in self.verdicts if one.shown_as == "breaks")

    @property
    def is_tested(self) -> bool:
        """Whether it was tested in a real Blender."""
        return any(one.test is not None for one in self.verdicts)

    @property
    def failed_tests(self) -> tuple[BlenderTest, ...]:
        found = (one.test for one in self.verdicts if one.verdict == "failed")
        return tuple(test for test in found if test is not None)

    @property
    def disputed(self) -> tuple[str, ...]:
        """The Blenders of which a test and the code say different things."""
        return tuple(one.blender for one in self.verdicts if one.verdict == "disputed")

    @property
    def breaking(self) -> tuple[NameFinding, ...]:
        return tuple(one for one in self.findings if one.kind == "incompatible")

    @property
    def others(self) -> tuple[NameFinding, ...]:
        return tuple(one for one in self.findings if one.kind != "incompatible")


def compatibility_of(versions: Iterable[Version]) -> dict[int, VersionCompatibility]:
    """Return the compatibility of versions by key, in two queries; those without a result are left out."""
    by_package = {
        package.sha256: version for version in versions for package in version.packages.all()
    }
    rows = StepResult.objects.filter(file_check__in=by_package, name=NAME)
    details: dict[int, list[dict[str, Any]]] = {}
    found = {version.pk: version for version in by_package.values()}
    for row in rows:
        if row.details.get("blenders"):
            details.setdefault(by_package[row.file_check_id].pk, []).append(row.details)
    tests: dict[int, dict[str, BlenderTest]] = {}
    for test in BlenderTest.objects.filter(package__version__in=found).select_related("package"):
        series = short_blender_version(blender_version_of_number(test.blender))
        of_version = tests.setdefault(test.package.version_id, {})
        if series not in of_version or not test.works:  # of several packages, the worst counts
            of_version[series] = test
    return {
        pk: _compatibility(found[pk], details.get(pk, []), tests.get(pk, {}))
        for pk in {**details, **tests}
    }


def _compatibility(
    version: Version, many: list[dict[str, Any]], tests: Mapping[str, BlenderTest]
) -> VersionCompatibility:
    """Return the compatibility of a version with these details of its packages; the worst counts.

    A test outranks the code: what fails in one breaks, and what passes does not, but the names are still shown.
    """
    inside = {
        format_series(series)
        for series in BLENDER_SERIES
        if version.blender_range.overlaps(BlenderRange.of_series(format_series(series)))
    }
    names = {
        (one["kind"], one["name"], one["detail"], tuple(one["blenders"])): one
        for details in many
        for one in details["findings"]
        if inside.intersection(one["blenders"])
    }
    findings = tuple(_finding(one, inside) for one in names.values())
    unread = tuple(dict.fromkeys(path for details in many for path in details["unread"]))
    breaks = {blender for details in many for blender in details["breaks"]}
    judged = set.intersection(*(set(details["blenders"]) for details in many)) if many else set()
    remarks = {blender for one in findings for blender in one.blenders}

    def verdict(blender: str) -> Verdict:
        if blender not in inside:
            return "outside"
        test = tests.get(blender)
        if test is not None and not test.works:
            return "failed"
        if blender in breaks:
            return "disputed" if test is not None else "breaks"
        if test is None and (unread or blender not in judged):
            return "unknown"
        return "remarks" if blender in remarks else "works"

    return VersionCompatibility(
        tuple(
            BlenderVerdict(blender, verdict(blender), tests.get(blender))
            for blender in map(format_series, BLENDER_SERIES)
        ),
        findings,
        unread,
        sum(details["left_out"] for details in many),
    )


def _finding(value: Mapping[str, Any], inside: set[str]) -> NameFinding:
    return NameFinding(
        value["kind"],
        value["message"],
        value["hint"],
        tuple(blender for blender in value["blenders"] if blender in inside),
        tuple(Place(one["file"], one["line"]) for one in value["places"]),
        value["number"],
    )
