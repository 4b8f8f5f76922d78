"""Run one step on a file and record the result: how long it took, its version, or why there is none."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Unavailable
from extery.core.text import clean_message, os_error_text
from extery.isolation.descriptors import ordinary_file
from extery_site.catalog.models import Package
from extery_site.catalog.stored_values import stored_problems, without_nul
from extery_site.files import storage
from extery_site.scanning.models import FileCheck, StepResult
from extery_site.scanning.steps.step import Step, StepOutcome, StepUnavailable

logger = logging.getLogger(__name__)

Outcome = StepResult.Outcome
#: Runs of a step that fail by an exception, or with their process, before the file counts as not checkable.
MAX_FAILURES = 5
_MAX_NOTE = 300
_MAX_VERSION = 200


def is_current(result: StepResult | None, version: str) -> bool:
    """Whether a result was made with this version of the rules or data.

    That there is nothing to check in a file does not depend on a version.
    """
    if result is None or not result.has_result:
        return False
    return result.outcome == Outcome.SKIPPED or result.version == version


def run_step(step: Step, package: Package) -> StepResult:
    """Run a step, unless its result is current, and record what came of it.

    A result of before stays if there is no new one; `StepResult.attempts` says how often that happened. Each
    run is counted before it begins, so that a file that ends the process of the worker is not tried for ever.
    """
    return _Run(step, package, find_result(step.name, package.sha256)).run()


def find_result(name: str, sha256: str) -> StepResult | None:
    """Return the result of a step for a file."""
    return StepResult.objects.filter(file_check=sha256, name=name).first()


@dataclass
class _Run:
    step: Step
    package: Package
    result: StepResult | None
    version: str = ""
    started_at: datetime = field(default_factory=timezone.now)
    started: float = field(default_factory=time.monotonic)

    def run(self) -> StepResult:
        try:
            self.version = self.step.version()[:_MAX_VERSION]
        except StepUnavailable as error:
            return self._not_made(str(error))
        if self.result is not None and is_current(self.result, self.version):
            return self._kept(self.result)
        if not self.step.applies_to(self.package):
            return self._record(StepOutcome(Outcome.SKIPPED))
        if self._failures >= MAX_FAILURES:
            return self._record(StepOutcome(Outcome.FAILED, note="The check ended its process."))
        self._begin()
        try:
            with storage.open_file(self.package.file) as stored, ordinary_file(stored) as file:
                outcome = self.step.run(self.package, file)
        except (StepUnavailable, Unavailable, OSError) as error:
            return self._not_made(_text(error), failures=self._failures)
        except Exception as error:
            return self._failed(error)
        return self._record(outcome)

    @property
    def _failures(self) -> int:
        return self.result.failures if self.result is not None else 0

    def _begin(self) -> None:
        """Count the run as failed: it is if nothing else is recorded."""
        if self.result is None:
            self._save(outcome=Outcome.UNAVAILABLE, failures=1, note="Being checked.")
        else:
            rows = StepResult.objects.filter(pk=self.result.pk)
            rows.update(failures=self._failures + 1)

    def _kept(self, result: StepResult) -> StepResult:
        if result.attempts or result.failures:
            StepResult.objects.filter(pk=result.pk).update(attempts=0, failures=0, note="")
        return result

    def _failed(self, error: Exception) -> StepResult:
        logger.exception("the step %s failed on %s", self.step.name, self.package.sha256)
        note = f"The check failed: {type(error).__name__}."
        if self._failures + 1 < MAX_FAILURES:
            return self._not_made(note, failures=self._failures + 1)
        return self._record(StepOutcome(Outcome.FAILED, note=note))

    def _not_made(self, note: str, **values: Any) -> StepResult:
        if self.result is None or not self.result.has_result:
            values["outcome"] = Outcome.UNAVAILABLE
        attempts = (self.result.attempts if self.result is not None else 0) + 1
        return self._save(note=clean_message(note)[:_MAX_NOTE], attempts=attempts, **values)

    def _record(self, outcome: StepOutcome) -> StepResult:
        return self._save(
            outcome=outcome.outcome,
            version=self.version,
            problems=stored_problems(outcome.problems),
            details=without_nul(dict(outcome.details)),
            note=clean_message(outcome.note)[:_MAX_NOTE],
            attempts=0,
            failures=0,
        )

    def _save(self, **values: Any) -> StepResult:
        seconds = round(time.monotonic() - self.started, 3)
        values |= {"started_at": self.started_at, "seconds": seconds}
        with transaction.atomic():
            FileCheck.objects.select_for_update().get(pk=self.package.sha256)
            result, _ = StepResult.objects.update_or_create(
                file_check_id=self.package.sha256, name=self.step.name, defaults=values
            )
        return result


def _text(error: Exception) -> str:
    if isinstance(error, Unavailable):
        return "; ".join(problem.message for problem in error.problems)
    if isinstance(error, OSError):
        return f"The file cannot be read: {os_error_text(error)}."
    return str(error)
