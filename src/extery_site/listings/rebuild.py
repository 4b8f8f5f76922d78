"""Renders the entries of all approved packages again: ``extery manage rebuild_listing``, and migrations."""

from __future__ import annotations

import logging
from typing import Any

from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models import Q

from extery.core.errors import Corrupt
from extery_site.listings.event_handler import increment_revision, new_entry

logger = logging.getLogger(__name__)

#: Extensions that are rendered in one transaction; other writers wait for it.
REBUILD_BATCH = 200


def rebuild(apps: Any = installed_apps) -> tuple[int, list[Corrupt]]:
    """Render the entries of all approved packages again, in batches.

    Returns the number of entries, and an error for each package that cannot be listed and is left
    out. If it is interrupted, the remaining entries are unchanged. Migrations pass their historical
    models as ``apps``.
    """
    extensions = apps.get_model("catalog", "Extension").objects.filter(
        status__in=["approved", "blocked"], newest_version__isnull=False
    )
    listed = apps.get_model("listings", "ListedExtension").objects
    with transaction.atomic():
        gone = listed.filter(Q(extension=None) | ~Q(extension__in=extensions))
        if gone.exists():
            revision = increment_revision(apps)
            apps.get_model("listings", "ListingEntry").objects.filter(listed__in=gone).delete()
            gone.update(revision=revision)
    count, errors = 0, []
    keys = list(extensions.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), REBUILD_BATCH):
        with transaction.atomic():
            batch = extensions.filter(pk__in=keys[start : start + REBUILD_BATCH])
            number, wrong = _rebuild_batch(apps, batch)
        count += number
        errors += wrong
    return count, errors


def _rebuild_batch(apps: Any, batch: Any) -> tuple[int, list[Corrupt]]:
    entries = apps.get_model("listings", "ListingEntry").objects
    listed = apps.get_model("listings", "ListedExtension").objects
    extensions = {row.pk: row for row in batch.select_for_update().order_by("pk")}
    revision = increment_revision(apps)
    rows = {
        pk: listed.update_or_create(
            id_key=extension.id_key, defaults={"extension": extension, "revision": revision}
        )[0]
        for pk, extension in extensions.items()
    }
    packages = (
        apps.get_model("catalog", "Package")
        .objects.filter(version__extension__in=extensions, version__status="approved")
        .select_related("version__extension")
        .order_by("pk")
    )
    rendered, errors = [], []
    for package in packages:
        try:
            rendered.append(new_entry(package, rows[package.version.extension_id], entries.model))
        except Corrupt as error:
            logger.warning("left out of the listing: %s", error)
            errors.append(error)
    entries.filter(listed__in=rows.values()).delete()
    entries.bulk_create(rendered, batch_size=500)
    return len(rendered), errors
