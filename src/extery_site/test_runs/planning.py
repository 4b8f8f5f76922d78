"""Which run is next: asked for by a moderator or due again, then versions in review, then the newest public ones at a pace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from extery.author.testing.supervise import Limits
from extery.core import platforms
from extery.core.compatibility import System
from extery.core.versions import parse_blender_version, python_of_blender
from extery_site.catalog.models import Package, Version
from extery_site.files.models import StoredFile
from extery_site.project.setting_types import Rate
from extery_site.scanning.models import UNFINISHED, FileCheck
from extery_site.test_runs.models import Blender, BlenderRun

State = BlenderRun.State
#: The version of the test: with another one, packages are tested again.
HARNESS = 1
#: Starts in a row without a result, after which only a moderator starts it again.
MAX_ATTEMPTS = 6
_FIRST_DELAY, _MAX_DELAY = timedelta(minutes=2), timedelta(hours=6)
#: A run that takes longer has lost its worker: the limit of the test, and time for a slow machine.
LOST_AFTER = timedelta(seconds=Limits().seconds) + timedelta(minutes=3)
_IN_REVIEW = (
    *(Version.Status.IN_REVIEW, Version.Status.CHANGES_REQUESTED, Version.Status.ON_HOLD),
    Version.Status.COOLING_DOWN,
)


class Claim(NamedTuple):
    """A run that this worker has started, its package, and the program to run it in."""

    run: BlenderRun
    package: Package
    program: str


def take_next(blenders: Iterable[Blender]) -> Claim | None:
    """Claim the next run in one of these Blenders; no other worker gets it too."""
    programs = {one.release: one.program for one in blenders}
    return _take_due(programs) or _take_new(programs)


def _take_due(programs: dict[str, str]) -> Claim | None:
    due = BlenderRun.objects.filter(
        due_at__lte=timezone.now(), harness=HARNESS, release__in=programs
    ).order_by("due_at", "pk")
    for run in due[:20]:
        package = _checked().filter(sha256=run.sha256).first()
        if package is None:
            BlenderRun.objects.filter(pk=run.pk).update(due_at=None)
        elif run.state == State.RUNNING and run.attempts >= MAX_ATTEMPTS:
            # Its worker was lost each time.
            BlenderRun.objects.filter(pk=run.pk, claims=run.claims).update(
                state=State.NOT_RUN, due_at=None, text="The worker was lost each time."
            )
        elif _claim(run):
            return Claim(run, package, programs[run.release])
    return None


def _take_new(programs: dict[str, str]) -> Claim | None:
    for of_catalogue in (False, True):
        if of_catalogue and not _may_start():
            return None
        for release, program in programs.items():
            for package in _untested(release, of_catalogue=of_catalogue)[:5]:
                run = BlenderRun(
                    sha256=package.sha256,
                    release=release,
                    harness=HARNESS,
                    is_of_catalogue=of_catalogue,
                )
                if _claim(run):
                    return Claim(run, package, program)
    return None


def covered(packages: QuerySet[Package], release: str) -> QuerySet[Package]:
    """Return the packages that a Blender on this machine can install."""
    blender = parse_blender_version(release)
    system = System(blender, platforms.current(), python_of_blender(blender[:2]))
    return packages.filter(pk__in=Package.objects.compatible_with(system).values("pk"))


def _checked() -> QuerySet[Package]:
    """Return stored packages whose checks have ended, and found no malware."""
    checks = FileCheck.objects.filter(pk=OuterRef("sha256"))
    checks = checks.exclude(state__in=[*UNFINISHED, FileCheck.State.REJECTED])
    rows = Package.objects.filter(Exists(checks), file__quarantined_at=None)
    return rows.select_related("version__extension", "file")


def _untested(release: str, *, of_catalogue: bool) -> QuerySet[Package]:
    tested = BlenderRun.objects.filter(sha256=OuterRef("sha256"), release=release, harness=HARNESS)
    rows = covered(_checked().filter(~Exists(tested)), release)
    if of_catalogue:
        newest = {"version": F("version__extension__newest_version")}
        rows = rows.filter(version__status=Version.Status.APPROVED, **newest)
        return rows.order_by("-version__extension__download_count", "pk")
    return rows.filter(version__status__in=_IN_REVIEW).order_by("version__submitted_at", "pk")


def _may_start() -> bool:
    """Whether the pace of ``EXTERY_TEST_RUNS`` allows a run of a public version now."""
    rate: Rate | None = settings.EXTERY_TEST_RUNS
    if rate is None:
        return True
    started = BlenderRun.objects.filter(
        is_of_catalogue=True, started_at__gt=timezone.now() - rate.period
    )
    return started.count() < rate.number


def _claim(run: BlenderRun) -> bool:
    """Start a run, unless another worker has started it."""
    now = timezone.now()
    values = {
        "state": State.RUNNING,
        "claims": run.claims + 1,
        "attempts": run.attempts + 1,
        "started_at": now,
        "due_at": now + LOST_AFTER,
    }
    before = run.claims
    for name, value in values.items():
        setattr(run, name, value)
    if run.pk:
        return bool(BlenderRun.objects.filter(pk=run.pk, claims=before).update(**values))
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def delay_after(attempts: int) -> timedelta | None:
    """Return the delay before the next start of a run that had no result, or ``None`` for no more."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return min(_FIRST_DELAY * int(4 ** (attempts - 1)), _MAX_DELAY)


def forget_removed() -> int:
    """Delete the runs of packages that no longer exist; return their number."""
    stored = StoredFile.objects.filter(pk=OuterRef("sha256"))
    number, _ = BlenderRun.objects.filter(~Exists(stored)).delete()
    return number
