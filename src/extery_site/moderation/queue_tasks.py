"""Tasks that keep the entries of the queue up to date: they read packages, or many rows."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from extery_site.catalog.models import Version
from extery_site.moderation import automatic, risk
from extery_site.moderation.changes import approved_before
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.package_changes import measure
from extery_site.moderation.waiting import ASSESSED
from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE, TaskContext


@task(queue_name=SLOW_QUEUE, takes_context=True, atomic=False)
def measure_packages(context: TaskContext, version_id: int) -> None:
    """Compare the packages of a version with those of the approved one, and assess it again."""
    version = Version.objects.select_related("extension").filter(pk=version_id).first()
    if version is None:
        return
    change = measure(version, approved_before(version))
    with context.complete():
        entry = _locked_entry(version_id)
        if entry is not None:
            risk.refresh(entry, change)
            if automatic.is_enabled() and change.compared:
                publish_by_risk.enqueue(version_id)


@task()
def publish_by_risk(version_id: int) -> bool:
    """Publish a version without a moderator, or plan that, if its risk allows it; return whether it did."""
    version = Version.objects.select_related("extension").filter(pk=version_id).first()
    return version is not None and automatic.consider(version) is not None


@task()
def follow_reports(extension_id: int) -> int:
    """Assess the open versions of an extension again, whose reports have changed; return their number.

    Those that would become public by themselves return to the queue.
    """
    for version in automatic.planned_of(extension_id):
        automatic.stop_if_needed(version)
    entries = QueueEntry.objects.filter(
        version__extension=extension_id, version__status__in=ASSESSED
    )
    return _assess(list(entries.values_list("pk", flat=True)))


@task()
def assess_version(version_id: int) -> int:
    """Assess a version in review again, whose source is in the index now."""
    return _assess([version_id])


def assess_indexed(version: Version) -> None:
    """Assess a version again if it is in review: called when its packages are in the source index."""
    if version.status in ASSESSED:
        assess_version.enqueue(version.pk)


def assess_checked(version: Version) -> None:
    """Assess a version again, and publish it if it may be: called when its packages have been checked."""
    if version.status not in ASSESSED:
        return
    assess_version.enqueue(version.pk)
    if automatic.is_enabled():
        publish_by_risk.enqueue(version.pk)


@task()
def assess_versions_of(owner_id: int) -> int:
    """Assess the open versions of an author again, whose history has changed; return their number."""
    keys = QueueEntry.objects.filter(
        version__extension__owner_id=owner_id, version__status__in=ASSESSED
    ).values_list("pk", flat=True)
    return _assess(list(keys))


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def assess_open_versions() -> int:
    """Assess all open versions again: reports and downloads have changed; return their number.

    Measures the packages of versions that were submitted before there were entries.
    """
    entries = QueueEntry.objects.filter(version__status__in=ASSESSED)
    keys = list(entries.values_list("pk", flat=True))
    unmeasured = QueueEntry.objects.filter(pk__in=keys, lines_added=None)
    for key in unmeasured.values_list("pk", flat=True):
        measure_packages.enqueue(key)
    return sum(_assess([key]) for key in keys)


@transaction.atomic
def _assess(keys: list[int]) -> int:
    number = 0
    for key in keys:
        entry = _locked_entry(key)
        if entry is not None:
            risk.refresh(entry)
            number += 1
    return number


def _locked_entry(key: int) -> QueueEntry | None:
    entries = QueueEntry.objects.select_for_update(of=("self",)).filter(pk=key)
    return entries.select_related("version__extension").first()
