"""Verification of all stored files against their rows: size, hash, and files without a row.

Reads only. Rows and files are read in batches, so that no transaction is open while files are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum
from django.utils import timezone

from extery.core.errors import Problem, Unavailable, Where
from extery.core.text import clean_message
from extery_site.files.backends.base import ListedFile, get_storage
from extery_site.files.cleanup import MIN_AGE
from extery_site.files.layout import LAYOUTS
from extery_site.files.models import StoredFile
from extery_site.files.storage import find_fault

#: Failures of the storage in succession after which the verification stops.
MAX_FAILURES = 5
_BATCH = 500
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass
class Progress:
    """Numbers of files and bytes: verified, and in total; ``is_complete`` at the end of all."""

    files: int = 0
    of_files: int = 0
    size: int = 0
    of_size: int = 0
    is_complete: bool = False


def verify_files(
    progress: Progress, *, on_progress: Callable[[], None] = lambda: None
) -> Iterator[Problem]:
    """Yield the problems of all stored files; read every byte of each.

    Stops after `MAX_FAILURES` failures of the storage in succession. ``progress`` is updated, and
    ``on_progress`` called, after each file.
    """
    total = StoredFile.objects.aggregate(number=Count("pk"), size=Sum("size"))
    progress.of_files, progress.of_size = total["number"], total["size"] or 0
    failures = 0
    for file in _stored_files():
        try:
            problem = _check(file)
            failures = 0
        except Unavailable as error:
            failures += 1
            problem = error.problems[0]._replace(where=Where(file.name))
        # A file may have been removed, with its row, since the row was read.
        if problem is not None and StoredFile.objects.filter(pk=file.pk).exists():
            yield problem
        if failures == MAX_FAILURES:
            return
        progress.files += 1
        progress.size += file.size
        on_progress()
    try:
        yield from _orphans(timezone.now() - MIN_AGE)
    except Unavailable as error:
        yield from error.problems
        return
    progress.is_complete = True


def _stored_files() -> Iterator[StoredFile]:
    last = ""
    while batch := list(StoredFile.objects.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        yield from batch
        last = batch[-1].pk


def _check(file: StoredFile) -> Problem | None:
    fault = find_fault(file)
    if fault is None:
        return None
    where = Where(file.name)
    if fault.kind == "missing":
        return Problem.of("storage.file-missing", where=where)
    if fault.kind == "unreadable":
        return Problem.of("storage.file-unreadable", where=where, **fault.values)
    return Problem.of(
        "storage.file-damaged",
        where=where,
        variant="size" if fault.kind == "size" else "",
        **fault.values,
    )


def _orphans(before: datetime) -> Iterator[Problem]:
    """Yield a warning for each file to which nothing refers, except new ones: uploads in progress."""
    rows = StoredFile.objects.filter(created_at__lt=before).unreferenced().order_by("pk")
    last = ""
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        for row in batch:
            yield Problem.of("storage.file-orphaned", where=Where(row.name), variant="unreferenced")
        last = batch[-1].pk
    for folder in sorted({layout.folder for layout in LAYOUTS.values()}):
        listed: list[ListedFile] = []
        for file in get_storage().list_files(folder):
            listed.append(file)
            if len(listed) == _BATCH:
                yield from _without_row(listed, before)
                listed = []
        yield from _without_row(listed, before)


def _without_row(listed: list[ListedFile], before: datetime) -> Iterator[Problem]:
    hashes = {file.name: file.name.rpartition("/")[2].partition(".")[0] for file in listed}
    rows = StoredFile.objects.in_bulk(
        [sha256 for sha256 in hashes.values() if _SHA256.fullmatch(sha256)]
    )
    for file in listed:
        sha256 = hashes[file.name]
        if file.modified_at >= before or (sha256 in rows and rows[sha256].name == file.name):
            continue
        yield Problem.of(
            "storage.file-orphaned",
            where=Where(clean_message(file.name)),
            variant="" if _SHA256.fullmatch(sha256) else "foreign",
        )
