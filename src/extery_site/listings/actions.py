"""Keeps the rows of the listings up to date: a subscriber of the life cycle, and the rebuild.

Whatever changes here raises the revision in the same transaction. Locks are taken in the order
extension, revision, rows of the listings.
"""

from __future__ import annotations

import logging
from typing import Any

from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models import F, Q

from extery.core.errors import Corrupt
from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.cache import LISTINGS
from extery_site.listings.models import ListedExtension, ListingEntry
from extery_site.listings.rendering import render_entry

logger = logging.getLogger(__name__)

#: Events after which some listing shows something else.
LISTED_KINDS = frozenset({Event.Kind.APPROVED, Event.Kind.BLOCKED, Event.Kind.UNBLOCKED})
#: Extensions that a rebuild renders in one transaction; other writers wait for it.
REBUILD_BATCH = 200


def on_event(event: Event) -> None:
    """Subscriber of the life cycle: change what listings show in the transaction of the event.

    Raises `Corrupt`, and so refuses the transition, if an approved package cannot be listed.
    """
    if event.kind in LISTED_KINDS:
        revision = increment_revision()
        if event.kind == Event.Kind.APPROVED and event.version is not None:
            _add_version(event.extension, event.version, revision)
        else:
            ListedExtension.objects.filter(extension=event.extension).update(revision=revision)
    elif event.kind == Event.Kind.DISCARDED:
        # Only drafts are discarded today; entries of a deleted version went with it.
        listed = ListedExtension.objects.filter(extension=event.extension)
        if not listed.exists():
            return
        listed.update(revision=increment_revision())
    else:
        return
    LISTINGS.expire()
    transaction.on_commit(LISTINGS.refresh_after_commit, robust=True)


def increment_revision(apps: Any = installed_apps) -> int:
    """Increment the revision and return it; the row stays locked until the transaction ends."""
    revisions = apps.get_model("listings", "Revision").objects
    with transaction.atomic():
        if not revisions.filter(pk=1).update(number=F("number") + 1):
            revisions.bulk_create([revisions.model(pk=1, number=0)], ignore_conflicts=True)
            revisions.filter(pk=1).update(number=F("number") + 1)
        number: int = revisions.values_list("number", flat=True).get(pk=1)
    return number


def _add_version(extension: Extension, version: Version, revision: int) -> None:
    listed, _ = ListedExtension.objects.update_or_create(
        id_key=extension.id_key, defaults={"extension": extension, "revision": revision}
    )
    packages = list(version.packages.order_by("pk"))
    for package in packages:
        package.version = version
    ListingEntry.objects.filter(version=version).delete()
    ListingEntry.objects.bulk_create(_entry(package, listed) for package in packages)


def _entry(package: Any, listed: Any, model: Any = ListingEntry) -> Any:
    version = package.version
    return model(
        listed=listed,
        version=version,
        package=package,
        sort_key=version.sort_key,
        blender_min=version.blender_min,
        blender_max=version.blender_max,
        platforms=package.platforms,
        python_versions=package.python_versions,
        **render_entry(package)._asdict(),
    )


def rebuild(apps: Any = installed_apps) -> tuple[int, list[Corrupt]]:
    """Render the entries of all approved packages again, in batches.

    Returns the number of entries and what is wrong with packages that cannot be listed; those are
    left out. After an interruption some entries are the new ones and all others the old ones. In
    migrations ``apps`` are the models of that time.
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
            rendered.append(_entry(package, rows[package.version.extension_id], entries.model))
        except Corrupt as error:
            logger.warning("left out of the listing: %s", error)
            errors.append(error)
    entries.filter(listed__in=rows.values()).delete()
    entries.bulk_create(rendered, batch_size=500)
    return len(rendered), errors
