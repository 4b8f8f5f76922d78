"""Periodic clean-ups of the file storage."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from django.conf import settings

from extery_site.files import cleanup
from extery_site.project.data_folder import delete_old_temporary_files
from extery_site.project.tasks import periodic, task


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def delete_unfinished_uploads() -> int:
    """Delete temporary files of uploads that were never finished and return their number."""
    return cleanup.remove_incoming() + delete_old_temporary_files(settings.EXTERY_DATA)


@periodic(every=timedelta(days=1))
@task(atomic=False)
def delete_orphan_files() -> dict[str, int]:
    """Delete stored files to which nothing has referred for a day and return their number."""
    return dataclasses.asdict(cleanup.remove_orphans())
