"""In which Blenders a version works, from the stored results of the step ``compatibility``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from extery.core.compatibility import BlenderRange
from extery.core.versions import BLENDER_SERIES, format_series
from extery.inventory.model import Place
from extery_site.catalog.models import Version
from extery_site.scanning.models import StepResult
from extery_site.scanning.steps.compatibility import NAME

Verdict = Literal["works", "remarks", "breaks", "unknown", "outside"]
LABELS: Mapping[Verdict, str] = {
    "works": "No problem found",
    "remarks": "Works, with remarks",
    "breaks": "Breaks",
    "unknown": "Not known",
    "outside": "Not for this Blender",
}


@dataclass(frozen=True)
class BlenderVerdict:
    """The verdict about a version in a Blender, such as ``5.3``."""

    blender: str
    verdict: Verdict

    @property
    def label(self) -> str:
        return LABELS[self.verdict]


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
        """The Blenders of its range in which it breaks."""
        return tuple(one.blender for one in self.verdicts if one.verdict == "breaks")

    @property
    def breaking(self) -> tuple[NameFinding, ...]:
        return tuple(one for one in self.findings if one.kind == "incompatible")

    @property
    def others(self) -> tuple[NameFinding, ...]:
        return tuple(one for one in self.findings if one.kind != "incompatible")


def compatibility_of(versions: Iterable[Version]) -> dict[int, VersionCompatibility]:
    """Return the compatibility of versions by key, in one query; those without a result are left out."""
    by_package = {
        package.sha256: version for version in versions for package in version.packages.all()
    }
    rows = StepResult.objects.filter(file_check__in=by_package, name=NAME)
    details: dict[int, list[dict[str, Any]]] = {}
    found = {version.pk: version for version in by_package.values()}
    for row in rows:
        if row.details.get("blenders"):
            details.setdefault(by_package[row.file_check_id].pk, []).append(row.details)
    return {pk: _compatibility(found[pk], many) for pk, many in details.items()}


def _compatibility(version: Version, many: list[dict[str, Any]]) -> VersionCompatibility:
    """Return the compatibility of a version with these details of its packages; the worst counts."""
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
    judged = set(many[0]["blenders"]).intersection(*(details["blenders"] for details in many))
    remarks = {blender for one in findings for blender in one.blenders}

    def verdict(blender: str) -> Verdict:
        if blender not in inside:
            return "outside"
        if blender in breaks:
            return "breaks"
        if unread or blender not in judged:
            return "unknown"
        return "remarks" if blender in remarks else "works"

    return VersionCompatibility(
        tuple(
            BlenderVerdict(blender, verdict(blender))
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
