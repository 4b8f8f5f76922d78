"""Quarantine: an infected package is kept, and never sent to anyone.

A public version with one is blocked by the site; one that becomes public later returns to the queue. How a
moderator releases a package is in `extery_site.scanning.releases`.
"""

from __future__ import annotations

from django.utils import timezone

from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Event, Package, Version
from extery_site.scanning.models import FileCheck

_Status = Version.Status
#: What the site does with a version of each status; others cannot be published without `gate`.
_CHANGES = {
    _Status.APPROVED: transitions.SCAN_BLOCK,
    _Status.UNPUBLISHED: transitions.SCAN_BLOCK,
    _Status.COOLING_DOWN: transitions.AUTO_STOP,
}
#: What everyone reads; the history has what was found for the owner and moderators.
_PUBLIC_TEXT = "A package is in quarantine: it may contain malware."


def has_quarantined(version: Version) -> bool:
    """Whether a package of a version is in quarantine."""
    return version.packages.filter(file__quarantined_at__isnull=False).exists()


def is_known_malware(sha256: str) -> bool:
    """Whether malware was found in a file with these bytes, which may have been deleted since."""
    return FileCheck.objects.filter(pk=sha256, state=FileCheck.State.REJECTED).exists()


def lock_extension_of_package(package: Package) -> None:
    """Lock the extension of a package, as every transition does."""
    package.version.extension = lock_extension(package.version.extension)


def put_into_quarantine(package: Package, signature: str, *, text: str = "") -> None:
    """Put a package into quarantine, in the transaction of the result; again does nothing.

    ``text`` says why, if it is not what a scanner has found.
    """
    if package.file.quarantined_at is not None:
        return
    package.file.quarantined_at = timezone.now()
    package.file.save(update_fields=["quarantined_at"])
    found = f"The scanner found malware in {package.original_name}: {signature or 'unnamed'}."
    stop_version(package.version, text or found)


def stop_version(version: Version, text: str) -> None:
    """Take a version with a package in quarantine away from users, and say so in its history."""
    version.refresh_from_db(fields=["status"])
    packages = version.package_hashes
    lifecycle.record(
        version.extension,
        Event.Kind.QUARANTINED,
        by=None,
        version=version,
        text=text,
        packages=packages,
    )
    change = _CHANGES.get(_Status(version.status))
    if change is None or version.extension.is_deleted:
        return
    with lifecycle.transition(change, version=version, by=None, text=_PUBLIC_TEXT) as pending:
        pending.packages = packages
        if change is transitions.SCAN_BLOCK:
            pending.version.block_reason = _PUBLIC_TEXT


def stop_restored(event: Event) -> None:
    """Take versions with a package in quarantine away when their deleted extension is restored."""
    if event.kind != Event.Kind.RESTORED:
        return
    public = event.extension.versions.filter(status__in=(_Status.APPROVED, _Status.UNPUBLISHED))
    for version in public.filter(packages__file__quarantined_at__isnull=False).distinct():
        version.extension = event.extension
        stop_version(
            version, "A package of it was put into quarantine while the extension was deleted."
        )
