"""The YARA rules of the site, for the files in a package and those in its wheels and zips.

A package passes only if all files of rules were used on all of its files: what is missing is "not scanned", and a person
decides. What the other rules find counts all the same.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from extery.core.errors import Unavailable
from extery_site.catalog.models import Package
from extery_site.scanning.steps.step import Outcome, Step, StepOutcome, StepUnavailable
from extery_site.scanning.yara_rules import RuleSet, load_rules
from extery_site.scanning.yara_scan import RulesReport, details_of, problems_of, scan_by_rules

logger = logging.getLogger(__name__)

NAME = "yara"


def _rules() -> RuleSet:
    path: Path | None = settings.EXTERY_YARA_RULES
    assert path is not None  # the step is not configured without
    try:
        return load_rules(path)
    except Unavailable as error:
        logger.error("YARA rules: %s", error)  # noqa: TRY400  it says all
        # Authors read this, and the path is no business of theirs.
        raise StepUnavailable("The YARA rules of this site cannot be read.") from error


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    rules = _rules()
    report = scan_by_rules(rules, file, package.original_name)
    problems = problems_of(report.matches, package.original_name)
    signatures = report.signatures
    details: dict[str, Any] = {"matches": details_of(report)} if report.matches else {}
    note = _note(rules, report)
    if signatures:
        details |= {"signature": _signature(signatures), "signatures": signatures}
        return StepOutcome(Outcome.INFECTED, problems, details, note)
    if note:
        return StepOutcome(Outcome.NOT_SCANNED, problems, details, note)
    return StepOutcome.of_problems(problems, details)


def _signature(signatures: list[str]) -> str:
    more = len(signatures) - 3
    return ", ".join(signatures[:3]) + (f" and {more} more" if more > 0 else "")


def _note(rules: RuleSet, report: RulesReport) -> str:
    """Return why not all of the package was scanned by all rules, or nothing."""
    notes = []
    if number := len(rules.faulty_files):
        files = "1 file has" if number == 1 else f"{number} files have"
        notes.append(f"{files} an error among the YARA rules of this site")
    notes += report.unread
    if (more := report.unread_number - len(report.unread)) > 0:
        notes.append(f"{more:,} more files")
    return f"Not scanned: {'; '.join(notes)}." if notes else ""


YARA = Step(
    NAME,
    "YARA rules",
    is_configured=lambda: settings.EXTERY_YARA_RULES is not None,
    version=lambda: _rules().version,
    run=_run,
    is_required=lambda: True,
    is_optional=True,
)
