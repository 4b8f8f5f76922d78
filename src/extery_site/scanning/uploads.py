"""What an upload has checked already is recorded, so that the worker does not do it again."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from extery_site.catalog.models import Package
from extery_site.scanning.models import StepResult
from extery_site.scanning.scheduling import make_due
from extery_site.scanning.steps import rules


def record_rules(package: Package, seconds: float) -> None:
    """Record the findings of a package, which the rules have made in ``seconds`` just now."""
    make_due([package.sha256])
    has_findings = bool(package.problems)
    StepResult.objects.update_or_create(
        file_check_id=package.sha256,
        name=rules.NAME,
        defaults={
            "outcome": StepResult.Outcome.FINDINGS if has_findings else StepResult.Outcome.PASSED,
            "version": rules.version(),
            "problems": package.problems,
            "started_at": timezone.now() - timedelta(seconds=seconds),
            "seconds": round(seconds, 3),
            "attempts": 0,
            "failures": 0,
        },
    )
