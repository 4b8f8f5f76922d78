"""The checks of a version as pages and the API show them: a row for each package, with one for each step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from extery.author.wheels.checked_wheel import CheckedWheel
from extery.author.wheels.report import WheelsReport
from extery_site.catalog.models import Package, Version
from extery_site.scanning import steps as scan_steps
from extery_site.scanning.models import FileCheck, StepResult
from extery_site.scanning.steps import Step, wheels, yara

State = FileCheck.State


@dataclass(frozen=True)
class StepRow:
    """A step of a package: its last result, or that there is none yet."""

    name: str
    title: str
    result: StepResult | None
    is_required: bool

    @property
    def outcome(self) -> str:
        """The outcome; ``waiting`` without one."""
        return self.result.outcome if self.result is not None else "waiting"

    @property
    def label(self) -> str:
        """The outcome in words, with the signature of malware."""
        if self.result is None:
            return "Waiting"
        label = str(self.result.get_outcome_display())
        return f"{label}: {self.result.signature}" if self.result.signature else label

    @property
    def rule_matches(self) -> list[dict[str, Any]]:
        """The YARA rules that match, with the strings that were found: for moderators only."""
        return list(self.result.details.get("matches", ())) if self.result is not None else []

    @property
    def is_late(self) -> bool:
        """Whether a newer result was wanted, and is not there."""
        return self.result is not None and self.result.has_result and bool(self.result.attempts)


@dataclass(frozen=True)
class WheelRow:
    """A bundled wheel, with what is known about it."""

    filename: str
    library: str
    version: str
    license: str
    verdict: str
    """That of the package index in words; empty if none was asked."""
    is_other: bool
    """Whether the index has other bytes under the name of the wheel."""
    vulnerabilities: tuple[str, ...]

    @classmethod
    def of(cls, wheel: CheckedWheel) -> WheelRow:
        verdict = wheel.verdict
        return cls(
            wheel.filename,
            wheel.library,
            wheel.version,
            wheel.facts.license or ", ".join(wheel.facts.license_names),
            _VERDICTS[verdict.kind] if verdict is not None else "",
            verdict is not None and verdict.kind == "other_bytes",
            tuple(one.id for one in wheel.vulnerabilities),
        )


_VERDICTS = {
    "identical": "identical",
    "other_bytes": "other bytes",
    "not_on_index": "not on the index",
    "not_comparable": "the index has no hash of it",
}


def report_of(result: StepResult | None) -> WheelsReport | None:
    """Return what the step `steps.wheels` found; ``None`` without a result, or with one of an older version."""
    if result is None or "report" not in result.details:
        return None
    try:
        return WheelsReport.from_dict(result.details["report"])
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True)
class PackageRow:
    """The checks of a package."""

    package: Package
    check: FileCheck | None
    steps: tuple[StepRow, ...]

    @property
    def state(self) -> str:
        return self.check.state if self.check is not None else State.RECEIVED

    @property
    def label(self) -> str:
        """The state in words."""
        return str(State(self.state).label)

    @property
    def is_quarantined(self) -> bool:
        return self.package.file.quarantined_at is not None

    @cached_property
    def wheels_report(self) -> WheelsReport | None:
        """What is known about its wheels, if they were read."""
        return report_of(next((row.result for row in self.steps if row.name == wheels.NAME), None))

    @property
    def wheels(self) -> list[WheelRow]:
        return (
            [WheelRow.of(wheel) for wheel in self.wheels_report.wheels]
            if self.wheels_report
            else []
        )

    @property
    def signature(self) -> str:
        """The name of the malware that was found, or empty."""
        found = (row.result.signature for row in self.steps if row.result is not None)
        return next((signature for signature in found if signature), "")

    @property
    def note(self) -> str:
        """Why a check has no result, for the author: one sentence, or empty."""
        notes = (row.result.note for row in self.steps if row.result and not row.result.has_result)
        return next((note for note in notes if note), "")

    @property
    def next_at(self) -> datetime | None:
        """When the checks without a result are tried again."""
        return self.check.due_at if self.check is not None else None


@dataclass(frozen=True)
class VersionChecks:
    """The checks of all packages of a version, and the steps that are expected and that the site does not make."""

    packages: tuple[PackageRow, ...]
    missing: tuple[Step, ...]
    has_rules: bool = False
    """Whether the site has YARA rules, which find some malware without a scanner."""

    @property
    def state(self) -> str:
        """The state that needs most attention of all packages; empty without packages."""
        states = {row.state for row in self.packages}
        return next((state for state in _PRECEDENCE if state in states), "")

    @property
    def label(self) -> str:
        return str(State(self.state).label) if self.state else ""


_PRECEDENCE = (
    *(State.REJECTED, State.UNAVAILABLE, State.RECEIVED, State.CHECKING),
    *(State.NEEDS_MODERATOR, State.NEEDS_AUTHOR, State.PASSED),
)


def checks_of(version: Version) -> VersionChecks:
    """Return the checks of a version, in three queries."""
    packages = list(version.packages.select_related("file").order_by("original_name", "pk"))
    checks = FileCheck.objects.prefetch_related("steps")
    found = checks.in_bulk([package.sha256 for package in packages])
    steps = scan_steps.all_steps()
    made = [step for step in steps if step.is_configured()]
    return VersionChecks(
        tuple(_row(package, found.get(package.sha256), made) for package in packages),
        tuple(step for step in steps if not step.is_configured() and not step.is_optional),
        has_rules=any(step.name == yara.NAME for step in made),
    )


def _row(package: Package, check: FileCheck | None, steps: Iterable[Step]) -> PackageRow:
    results = {result.name: result for result in check.steps.all()} if check is not None else {}
    rows = (
        StepRow(step.name, step.title, results.get(step.name), step.is_required()) for step in steps
    )
    return PackageRow(package, check, tuple(rows))
