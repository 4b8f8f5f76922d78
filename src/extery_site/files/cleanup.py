"""Deletion of orphan files, which a killed process or a failed storage has left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from extery_site.files.backends.base import get_storage
from extery_site.files.layout import LAYOUTS
from extery_site.files.models import StoredFile
from extery_site.files.storage import (
    incoming_folder,
    remove_unreferenced,
    remove_without_row,
)

#: Minimum age of a temporary file to delete: younger ones may still be received.
MIN_INCOMING_AGE = timedelta(hours=1)
#: Minimum age of an orphan to delete: before its transaction ends, an upload has a file and no row.
MIN_AGE = timedelta(days=1)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BATCH = 500


@dataclass(frozen=True)
class Removed:
    """The numbers of removed files."""

    unreferenced: int
    """Files with a row to which nothing refers."""
    without_row: int
    """Files in the storage that no row names."""
    unfinished: int
    """Unfinished uploads to an S3 server."""


def remove_incoming(*, now: datetime | None = None) -> int:
    """Delete temporary files of uploads that were never finished and return their number."""
    latest = ((now or timezone.now()) - MIN_INCOMING_AGE).timestamp()
    leftovers = [
        path
        for path in incoming_folder().glob("*.part")
        if path.is_file() and path.stat().st_mtime < latest
    ]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def remove_orphans(*, now: datetime | None = None) -> Removed:
    """Remove stored files that nothing refers to and that are at least a day old.

    Raises `Unavailable` if the storage cannot be listed.
    """
    before = (now or timezone.now()) - MIN_AGE
    return Removed(
        unreferenced=_remove_unreferenced(before),
        without_row=sum(
            _remove_without_row(folder, before)
            for folder in sorted({layout.folder for layout in LAYOUTS.values()})
        ),
        unfinished=get_storage().abort_unfinished(before),
    )


def _remove_unreferenced(before: datetime) -> int:
    hashes = StoredFile.objects.filter(created_at__lt=before).unreferenced()
    return sum(remove_unreferenced(sha256) for sha256 in hashes.values_list("pk", flat=True))


def _remove_without_row(folder: str, before: datetime) -> int:
    removed, batch = 0, dict[str, str]()
    for file in get_storage().list_files(folder):
        sha256 = file.name.rpartition("/")[2].partition(".")[0]
        if file.modified_at < before and _SHA256.fullmatch(sha256):
            batch[file.name] = sha256
        if len(batch) == _BATCH:
            removed, batch = removed + _remove_batch(batch), {}
    return removed + _remove_batch(batch)


def _remove_batch(batch: dict[str, str]) -> int:
    """Remove files without a row. One query looks all of them up; only those to remove are locked."""
    rows = StoredFile.objects.in_bulk(batch.values())
    return sum(
        remove_without_row(name, sha256)
        for name, sha256 in batch.items()
        if sha256 not in rows or rows[sha256].name != name
    )
