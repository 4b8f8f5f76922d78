"""Updates the rows of the listings when an event changes what they show.

`extery_site.catalog.lifecycle` calls `update_rows` with every event, because it is in
`extery_site.project.event_handlers`. Every change of rows increments the revision in the same
transaction; processes with an older revision read the change (`extery_site.listings.changes`).
Locks are taken in the order extension, revision, rows of the listings.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models import F

from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.cache import LISTINGS
from extery_site.listings.entries import render_entry
from extery_site.listings.models import ListedExtension, ListingEntry

#: Events after which a version can be public that was not before.
_ADDING_KINDS = frozenset(
    {
        Event.Kind.APPROVED,
        Event.Kind.PUBLISHED,
        Event.Kind.PUBLISHED_EARLY,
        Event.Kind.AUTO_PUBLISHED,
        Event.Kind.REPUBLISHED,
        Event.Kind.VERSION_UNBLOCKED,
    }
)
#: Events after which a version is no longer public.
_REMOVING_KINDS = frozenset(
    {
        *(Event.Kind.UNPUBLISHED, Event.Kind.UNDONE),
        *(Event.Kind.VERSION_BLOCKED, Event.Kind.SCAN_BLOCKED),
    }
)
#: Events that change what listings show.
LISTED_KINDS = (
    _ADDING_KINDS
    | _REMOVING_KINDS
    | {Event.Kind.BLOCKED, Event.Kind.UNBLOCKED, Event.Kind.PROMOTED}
)
#: Events after which the entries of a version are rendered again.
MAXIMUM_KINDS = frozenset({Event.Kind.MAXIMUM_SET, Event.Kind.MAXIMUM_REMOVED})


def update_rows(event: Event) -> None:
    """Update the rows for an event, in its transaction; ignores events that no listing shows.

    Raises `Corrupt`, which rolls the transition back, if an approved package cannot be listed.
    """
    if event.kind in MAXIMUM_KINDS:
        _render_again(event.extension, [event.version] if event.version else [])
    elif event.kind == Event.Kind.RESTORED or _is_block_of_deleted(event):
        # Blender shows the block of an id only if the listing has entries of it.
        _render_again(event.extension, list(event.extension.versions.approved()))
    elif event.extension.is_deleted:
        if not _remove_entries(event.extension):
            return
    elif event.kind in LISTED_KINDS:
        revision = increment_revision()
        version = event.version
        if version is not None and event.kind in _ADDING_KINDS and version.is_public:
            _add_version(event.extension, version, revision)
        else:
            if version is not None and event.kind in _REMOVING_KINDS:
                ListingEntry.objects.filter(version=version).delete()
            ListedExtension.objects.filter(extension=event.extension).update(revision=revision)
    elif event.kind in (Event.Kind.DISCARDED, Event.Kind.EXPIRED):
        # Only drafts are deleted today; the entries of a deleted version are deleted with it.
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
    ListingEntry.objects.bulk_create(new_entry(package, listed) for package in packages)


def _is_block_of_deleted(event: Event) -> bool:
    extension = event.extension
    return (
        event.kind == Event.Kind.BLOCKED
        and extension.deleted_at is not None
        and extension.versions.approved().exists()
    )


def _remove_entries(extension: Extension) -> bool:
    """Delete the entries of an extension; whether it is in the listings, which note the change."""
    keys = list(ListedExtension.objects.filter(extension=extension).values_list("pk", flat=True))
    if not keys:
        return False
    revision = increment_revision()
    ListingEntry.objects.filter(listed__in=keys).delete()
    ListedExtension.objects.filter(pk__in=keys).update(revision=revision)
    return True


def _render_again(extension: Extension, versions: list[Version]) -> None:
    """Render the entries of approved versions again, at a new revision."""
    if versions:
        revision = increment_revision()
        for version in versions:
            version.extension = extension
            _add_version(extension, version, revision)


def new_entry(package: Any, listed: Any, model: Any = ListingEntry) -> Any:
    """Return the unsaved row of an approved package; raises `Corrupt` if it cannot be listed."""
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
