"""Bundled wheels: each compared with the file of its name in the package index, and looked up among known vulnerabilities.

What is known about a wheel is remembered by its SHA-256: one that was seen in any package costs nothing again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from extery.author.wheels.checked_wheel import WheelRecord
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.osv_dump import open_dump
from extery.author.wheels.report import WheelsReport, check_wheels
from extery.author.wheels.verification import VERIFICATION_POLICY
from extery.core.errors import ExteryError, InvalidPackage
from extery.fetch import Fetcher
from extery.fetch.addresses import redact_url
from extery_site.catalog.models import Package
from extery_site.catalog.stored_values import without_nul
from extery_site.scanning.models import KnownWheel
from extery_site.scanning.steps.step import Step, StepOutcome, StepUnavailable

NAME = "wheels"
#: Increment when a finding about wheels changes.
_REVISION = 1
#: How long an index is not asked again for a wheel that it does not have: it may be published later.
_MISSING = timedelta(days=7)


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
    check = partial(
        check_wheels, file, osv=settings.EXTERY_OSV, name=package.original_name, cache=cache
    )
    if not url:
        return check(index=None, known=partial(_find_known, ""))
    with Fetcher(retry_policy=VERIFICATION_POLICY) as fetcher:
        index = PackageIndex(fetcher, url)
        return check(index=index, known=partial(_find_known, redact_url(index.url)))


def _find_known(index_url: str, sha256: str) -> WheelRecord | None:
    """Return what is remembered about a wheel, with a verdict of this index only."""
    row = KnownWheel.objects.filter(sha256=sha256, index_url=index_url).first()
    if row is None:
        return None
    try:
        record = WheelRecord.from_dict(row.record)
    except (KeyError, TypeError, ValueError):  # of an older version of the site
        return None
    is_old = timezone.now() - row.checked_at > _MISSING
    if record.verdict is not None and is_old and not record.verdict.is_final:
        return record._replace(verdict=None)
    return record


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
