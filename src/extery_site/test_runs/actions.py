"""A moderator asks for the test of a version again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.models import Version
from extery_site.test_runs.models import Blender, BlenderRun
from extery_site.test_runs.planning import HARNESS, covered
from extery_site.test_runs.tasks import run_tests


@transaction.atomic
def run_again(*, version: Version, by: AnyUser) -> int:
    """Have the packages of a version tested in all Blenders of its range; return the number of runs that wait now.

    A run that is running stays as it is. Raises `Refused` for users who are not moderators, and `Conflict` if no
    Blender can be tested in.
    """
    user = require_moderator(by)
    now, number = timezone.now(), 0
    for release in Blender.objects.filter(fault="").values_list("release", flat=True):
        for package in covered(version.packages.all(), release):
            run, _ = BlenderRun.objects.select_for_update().get_or_create(
                sha256=package.sha256, release=release, harness=HARNESS
            )
            if run.state != BlenderRun.State.RUNNING:
                run.state, run.due_at, run.attempts = BlenderRun.State.WAITING, now, 0
                run.save(update_fields=["state", "due_at", "attempts"])
                number += 1
    if not number:
        raise Conflict.of("scan.no-test-blender")
    write_entry(
        Action.TEST_RUN_ASKED,
        by=user,
        person=version.extension.owner,
        extension=version.extension,
        version=version.number,
    )
    run_tests.enqueue()
    return number
