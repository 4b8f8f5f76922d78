"""Which files are checked when: uploads at once, and all others again when rules, signatures or data change."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone

from extery_site.catalog.models import Package, ThemeColours
from extery_site.files.models import StoredFile
from extery_site.project.setting_types import Rate
from extery_site.scanning.models import FileCheck, PackageInventory, StepResult
from extery_site.scanning.near_duplicates import forget_removed_sketches
from extery_site.scanning.steps import configured_steps
from extery_site.scanning.steps.step import StepUnavailable

#: How often the periodic jobs look for files.
PERIOD = timedelta(minutes=1)
#: A file that is due for longer has lost its task.
_LOST = timedelta(minutes=15)
#: Files of a scanner that answers again which are checked at once; the others follow at their own time.
_RECOVERED = 500
_MAX_LOST = 500


def make_due(hashes: Iterable[str]) -> list[str]:
    """Make rows for files that have none, and all of them due now; return the hashes."""
    wanted, now = list(dict.fromkeys(hashes)), timezone.now()
    rows = [FileCheck(sha256=sha256, due_at=now) for sha256 in wanted]
    FileCheck.objects.bulk_create(rows, ignore_conflicts=True)
    FileCheck.objects.filter(pk__in=wanted).update(due_at=now)
    return wanted


def outdated(limit: int) -> list[str]:
    """Return packages that a step has not checked with its current version, oldest package first.

    A step that is unavailable now is left out: a check could not be made.
    """
    missing: Combinable | Q = Q()
    for step in configured_steps():
        try:
            version = step.version()
        except StepUnavailable:
            continue
        current = StepResult.objects.filter(file_check=OuterRef("sha256"), name=step.name)
        skipped = Q(outcome=StepResult.Outcome.SKIPPED)
        missing |= ~Exists(current.filter(Q(version=version[:200]) | skipped))
    if not missing:
        return []
    planned = FileCheck.objects.filter(pk=OuterRef("sha256"), due_at__isnull=False)
    rows = Package.objects.filter(missing).exclude(Exists(planned)).order_by("pk")
    return list(rows.values_list("sha256", flat=True)[:limit])


def files_a_period() -> int:
    """Return how many files are checked again in a period: the pace that ``EXTERY_RESCANS`` sets."""
    rate: Rate | None = settings.EXTERY_RESCANS
    if rate is None:
        return 10_000
    return max(1, math.ceil(rate.number * (PERIOD / rate.period)))


@transaction.atomic
def take_lost() -> list[str]:
    """Return files that are due for long, because their task was lost; they are due now again."""
    now = timezone.now()
    lost = list(FileCheck.objects.due(now - _LOST).values_list("pk", flat=True)[:_MAX_LOST])
    FileCheck.objects.filter(pk__in=lost).update(due_at=now)
    return lost


@transaction.atomic
def take_recovered(name: str) -> list[str]:
    """Return files that wait for a step which answers again; they are due now."""
    waiting = StepResult.objects.filter(name=name, attempts__gt=0, failures=0)
    rows: QuerySet[FileCheck] = FileCheck.objects.filter(
        Exists(waiting.filter(file_check=OuterRef("pk"))), due_at__gt=timezone.now()
    )
    found = list(rows.order_by("due_at").values_list("pk", flat=True)[:_RECOVERED])
    FileCheck.objects.filter(pk__in=found).update(due_at=timezone.now())
    return found


def forget_removed() -> int:
    """Delete the rows of files that no longer exist; the checks of infected ones stay, so that they are recognised."""
    stored = StoredFile.objects.filter(pk=OuterRef("pk"))
    PackageInventory.objects.filter(~Exists(stored)).delete()
    ThemeColours.objects.filter(~Exists(stored)).delete()
    forget_removed_sketches()
    rows = FileCheck.objects.filter(~Exists(stored)).exclude(state=FileCheck.State.REJECTED)
    number, _ = rows.delete()
    return number
