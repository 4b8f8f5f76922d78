"""Steps of tests: what they return is set by the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from extery.core.errors import Problem
from extery_site.catalog.models import Package
from extery_site.scanning.steps import step as steps
from extery_site.scanning.steps.step import Outcome, Step, StepOutcome, StepUnavailable


@dataclass
class FakeStep:
    """The behaviour of a step; ``runs`` are the packages that it was run on."""

    name: str
    is_required: bool = False
    outcome: StepOutcome | Exception = field(default_factory=lambda: StepOutcome(Outcome.PASSED))
    version: str = "1"
    is_down: bool = False
    applies: bool = True
    runs: list[str] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    @property
    def step(self) -> Step:
        return steps.Step(
            self.name,
            self.name.capitalize(),
            is_configured=lambda: True,
            version=self._version,
            run=self._run,
            is_required=lambda: self.is_required,
            applies_to=lambda package: self.applies,  # noqa: ARG005
        )

    def _version(self) -> str:
        if self.is_down:
            raise StepUnavailable("The scanner does not answer.")
        return self.version

    def _run(self, package: Package, file: BinaryIO) -> StepOutcome:
        assert file.read(2) == b"PK"
        self.runs.append(package.sha256)
        self.before()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


#: What a scanner says about malware.
INFECTED = StepOutcome(Outcome.INFECTED, details={"signature": "Test.Gear-1"})
NOT_SCANNED = StepOutcome(Outcome.NOT_SCANNED, note="It is larger than the scanner reads.")
#: A finding to fix, and one to look at.
WITH_ERROR = StepOutcome(
    Outcome.FINDINGS,
    (Problem.of("package.wheel-missing", wheel="./wheels/a-1.0-py3-none-any.whl"),),
)
