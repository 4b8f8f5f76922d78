"""In which Blenders of its range an add-on uses names of Blender's API that are not there, from the tables of names."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any, BinaryIO

from django.db import transaction

from extery.analysis.pool import UPLOAD_LIMITS
from extery.blender_api.table import DATA_FILE
from extery.compatibility.findings import Finding
from extery.core.errors import InvalidPackage, ProblemList
from extery.core.types import ADD_ON
from extery.core.versions import BlenderSeries, format_series, number_of_blender_version
from extery.inventory.packages import package_context
from extery.package import open_package
from extery.rules import REVISION
from extery.rules.api_findings import report_findings
from extery.rules.context import RuleContext
from extery_site.catalog.models import KnownIncompatibility, Package
from extery_site.catalog.stored_values import without_nul
from extery_site.scanning.steps.step import Outcome, Step, StepOutcome

NAME = "compatibility"
#: Names with a finding, places of one, and modules that could not be analysed, which are stored.
MAX_NAMES, MAX_PLACES, MAX_UNREAD = 100, 5, 20


@cache
def version() -> str:
    """Return the version of the table of names, and the revision of the rules."""
    return f"{zlib.crc32(DATA_FILE.read_bytes()):08x}.{REVISION}"


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    name = package.original_name
    try:
        with open_package(file, name=name, problems=ProblemList()) as opened:
            details = judge_context(package_context(opened, name=name))
    except InvalidPackage as error:
        note = f"The package cannot be read: {error.problems[0].message}."
        return StepOutcome(Outcome.NOT_SCANNED, note=note)
    _store_incompatibilities(package, details)
    return StepOutcome(Outcome.PASSED, details=without_nul(details))


def judge_context(context: RuleContext) -> dict[str, Any]:
    """Return the findings of a package as its details: those of a name together, and the Blenders that were judged."""
    context.analysis_limits = UPLOAD_LIMITS
    sources = context.sources
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sources.api_findings:
        key = (finding.kind, finding.reason, finding.name, finding.detail, finding.blenders)
        groups.setdefault(key, []).append(finding)
    unread = [one.path for one in sources.parts if one.failure or (one.faults and not one.lines)]
    # What breaks first, should there be too many.
    found = sorted(groups.values(), key=lambda group: group[0].kind != "incompatible")
    return {
        "blenders": _series(sources.blenders),
        "breaks": _series(
            {
                series
                for (kind, *_), group in groups.items()
                if kind == "incompatible"
                for series in group[0].blenders
            }
        ),
        "unread": unread[:MAX_UNREAD],
        "findings": [_group(context, group) for group in found[:MAX_NAMES]],
        "left_out": max(0, len(found) - MAX_NAMES),
    }


def _series(blenders: Iterable[BlenderSeries]) -> list[str]:
    return [format_series(one) for one in sorted(blenders)]


def _group(context: RuleContext, group: list[Finding]) -> dict[str, Any]:
    first = group[0]
    problems = ProblemList()
    report_findings(context, [first], problems, kind=first.kind, grouped=False)
    return {
        "kind": first.kind,
        "name": first.name,
        "detail": first.detail,
        "message": problems[0].message,
        "hint": problems[0].hint or "",
        "replacement": first.replacement,
        "blenders": _series(first.blenders),
        "places": [{"file": one.path, "line": one.at.line} for one in group[:MAX_PLACES]],
        "number": len(group),
    }


@transaction.atomic
def _store_incompatibilities(package: Package, details: dict[str, Any]) -> None:
    """Write the rows of the filter of the catalogue; nothing for a package that was discarded meanwhile."""
    if not Package.objects.select_for_update(of=("self",)).filter(pk=package.pk).exists():
        return
    wanted = {number_of_series(text) for text in details["breaks"]}
    rows = KnownIncompatibility.objects.filter(package=package)
    stored = set(rows.values_list("blender", flat=True))
    if gone := stored - wanted:
        rows.filter(blender__in=gone).delete()
    KnownIncompatibility.objects.bulk_create(
        KnownIncompatibility(package=package, blender=number) for number in sorted(wanted - stored)
    )


def number_of_series(text: str) -> int:
    """Return ``5.3`` as `KnownIncompatibility.blender` has it."""
    major, minor = text.split(".")
    return number_of_blender_version((int(major), int(minor), 0))


COMPATIBILITY = Step(
    NAME,
    "Blender versions",
    is_configured=lambda: True,
    version=version,
    run=_run,
    applies_to=lambda package: package.version.extension.type == ADD_ON.name,
)
