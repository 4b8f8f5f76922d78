"""Background tasks of the catalogue: image variants, and clean-up of stored files."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q

from extery_site.catalog.images import make_variants
from extery_site.catalog.models import Image, Package
from extery_site.files import storage
from extery_site.project.tasks import periodic, task

__all__ = ["delete_orphan_files", "delete_unfinished_uploads", "make_variants"]

#: Files of uploads whose transaction is not committed yet have no row.
MIN_ORPHAN_AGE = timedelta(days=1)
_BATCH = 500


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def delete_unfinished_uploads() -> int:
    """Delete staged files of killed processes; return their number."""
    return storage.remove_leftovers()


@periodic(every=timedelta(days=1))
@task(atomic=False)
def delete_orphan_files() -> int:
    """Delete package and image files older than a day without a row; return their number."""
    before = time.time() - MIN_ORPHAN_AGE.total_seconds()
    return sum(
        _delete_orphans(names, before)
        for names in storage.stored_names(("packages", "images"), _BATCH)
    )


def _delete_orphans(names: Iterable[str], before: float) -> int:
    old = [name for name in names if storage.modified_at(name) < before]
    orphans = sorted(set(old) - _used(old))
    return sum(storage.remove_orphan(name, before=before, is_used=_is_used) for name in orphans)


def _is_used(name: str) -> bool:
    return bool(_used([name]))


def _used(names: Iterable[str]) -> set[str]:
    """Return the names that a package or image refers to."""
    names = list(names)
    used = set(Package.objects.filter(file__in=names).values_list("file", flat=True))
    images = Image.objects.filter(Q(file__in=names) | Q(large__in=names) | Q(small__in=names))
    for row in images.values_list("file", "large", "small"):
        used.update(row)
    return used
