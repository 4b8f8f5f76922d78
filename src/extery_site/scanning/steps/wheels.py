"""Bundled wheels: each compared with the file of its name in the package index, and looked up among known vulnerabilities.

What is known about a wheel is remembered by its SHA-256: one that was seen in any package costs nothing again. Processes
without network open the package and its wheels; questions to the index are asked here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from extery.author.wheels.checked_wheel import WheelRecord
from extery.author.wheels.contents import WheelFacts, check_facts
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.osv_dump import open_dump
from extery.author.wheels.reading import HashedWheel
from extery.author.wheels.report import WheelsReport, look_up, report_of
from extery.author.wheels.verification import VERIFICATION_POLICY
from extery.core.errors import ExteryError, InvalidPackage
from extery.fetch import Fetcher
from extery.fetch.addresses import redact_url
from extery_site.catalog.models import Package
from extery_site.catalog.stored_values import without_nul
from extery_site.scanning.models import KnownWheel
from extery_site.scanning.package_check import read_isolated
from extery_site.scanning.steps.step import Step, StepOutcome, StepUnavailable

NAME = "wheels"
#: Increment when a finding about wheels changes.
_REVISION = 1
#: How long an index is not asked again for a wheel that it does not have: it may be published later.
_MISSING = timedelta(days=7)
_SHA256 = re.compile("[0-9a-f]{64}")


def _has_reference() -> bool:
    """Whether there is anything to compare wheels with; without, only their contents are listed."""
    return bool(settings.EXTERY_WHEEL_INDEX) or settings.EXTERY_OSV is not None


def _version() -> str:
    """Return the index and the dump of vulnerabilities that are used. Raises `StepUnavailable` for an unreadable dump."""
    parts = [f"revision {_REVISION}", redact_url(settings.EXTERY_WHEEL_INDEX)]
    osv: Path | None = settings.EXTERY_OSV
    if osv is not None:
        try:
            with open_dump(osv) as files:
                parts.append(f"OSV {files.identity}"[:80])
        except ExteryError as error:
            raise StepUnavailable(_text(error)) from error
    return ", ".join(filter(None, parts))


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    try:
        report = _check(package, file)
    except InvalidPackage as error:
        # Too many wheels, or one that unpacks to too much: it would be the same the next time.
        return StepOutcome.of_problems(tuple(error.problems))
    except ExteryError as error:
        raise StepUnavailable(_text(error)) from error
    _remember(report.new_records, report.index_url)
    if not report.is_complete:
        raise StepUnavailable("; ".join(problem.message for problem in report.unavailable))
    return StepOutcome.of_problems(tuple(report.problems), {"report": report.as_dict()})


def _check(package: Package, file: BinaryIO) -> WheelsReport:
    url: str = settings.EXTERY_WHEEL_INDEX
    cache = Path(settings.EXTERY_DATA, "cache", "wheels")
    if not url:
        report = _read(package, file, index_url="")
        return look_up(report, index=None, osv=settings.EXTERY_OSV, cache=cache)
    with Fetcher(retry_policy=VERIFICATION_POLICY) as fetcher:
        index = PackageIndex(fetcher, url)
        report = _read(package, file, index_url=redact_url(index.url))
        return look_up(report, index=index, osv=settings.EXTERY_OSV, cache=cache)


def _read(package: Package, file: BinaryIO, *, index_url: str) -> WheelsReport:
    """Return what the wheels of a package contain, which isolated processes read of those that are not remembered."""
    name = package.original_name
    hashed = read_isolated("hash-wheels", file, name, read=_hashed_wheels)
    known = _find_known(index_url, {wheel.sha256 for wheel in hashed})
    unknown: dict[str, int] = {}
    for number, wheel in enumerate(hashed):
        if known.get(wheel.sha256) is None or known[wheel.sha256].facts is None:
            unknown.setdefault(wheel.sha256, number)
    facts: list[WheelFacts] = []
    if unknown:
        facts = read_isolated(
            "read-wheels",
            file,
            name,
            read=partial(_wheel_facts, count=len(unknown)),
            arguments={"numbers": list(unknown.values())},
        )
    return report_of(name, hashed, known, dict(zip(unknown, facts, strict=True)))


def _hashed_wheels(value: Any) -> list[HashedWheel]:
    """Return the wheels that an isolated process has found, if it is that."""
    wheels = [HashedWheel(str(path), int(size), str(sha256)) for path, size, sha256 in value]
    if not all(_SHA256.fullmatch(wheel.sha256) for wheel in wheels):
        raise ValueError("not a hash")
    return wheels


def _wheel_facts(value: Any, count: int) -> list[WheelFacts]:
    """Return the facts of so many wheels that an isolated process has read, if they are that."""
    if len(value) != count:
        raise ValueError("not as many facts as wheels")
    return [check_facts(WheelFacts.from_dict(data)) for data in value]


def _find_known(index_url: str, hashes: Collection[str]) -> dict[str, WheelRecord]:
    """Return what is remembered about wheels by their SHA-256, with verdicts of this index only."""
    found = {}
    for row in KnownWheel.objects.filter(sha256__in=hashes, index_url=index_url):
        try:
            record = WheelRecord.from_dict(row.record)
        except (KeyError, TypeError, ValueError):  # of an older version of the site
            continue
        is_old = timezone.now() - row.checked_at > _MISSING
        if record.verdict is not None and is_old and not record.verdict.is_final:
            record = record._replace(verdict=None)
        found[row.sha256] = record
    return found


def _remember(records: Iterable[WheelRecord], index_url: str) -> None:
    for record in records:
        KnownWheel.objects.update_or_create(
            sha256=record.sha256,
            index_url=index_url,
            defaults={"record": without_nul(record.as_dict()), "checked_at": timezone.now()},
        )


def _text(error: ExteryError) -> str:
    return "; ".join(problem.message for problem in error.problems)


WHEELS = Step(
    NAME,
    "Wheels",
    is_configured=lambda: True,
    version=_version,
    run=_run,
    is_required=_has_reference,
    applies_to=lambda package: bool(package.wheels),
)
