"""Private addresses to install a version that is not public in a stock Blender.

Blender installs only what a listing contains, so the address has a small listing of its own beside
the package: the link that is dropped onto Blender names it as its repository.
"""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Corrupt, NotFound
from extery.core.text import clean_message
from extery.listing.audience import drag_query
from extery.listing.entries import make_entry
from extery.manifest.document import Manifest
from extery_site.accounts.permissions import AnyUser, is_active_user, require_user
from extery_site.audit.actions import Action
from extery_site.catalog.locking import lock_extension, lock_version, wrong_status
from extery_site.catalog.models import Package, Version
from extery_site.catalog.transitions import Role
from extery_site.listings.snapshot import head
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.models import TryAddress
from extery_site.moderation.permissions import may_triage, require_triage
from extery_site.ui.row_keys import row_key

LIFETIME = timedelta(days=7)
#: Statuses in which a version is tried.
TRIED_STATUSES = frozenset({Version.Status.IN_REVIEW, Version.Status.CHANGES_REQUESTED})


@transaction.atomic
def make_address(*, version: Version, by: AnyUser) -> TryAddress:
    """Return a new address of the current packages for a moderator or volunteer; the earlier one ends."""
    extension = lock_extension(version.extension)
    user = require_triage(by, extension)
    version = lock_version(version, extension, Role.MODERATOR)
    if version.status not in TRIED_STATUSES:
        raise wrong_status(version, Role.MODERATOR)
    now = timezone.now()
    TryAddress.objects.filter(version=version, user=user, ended_at=None).update(ended_at=now)
    record_action(Action.TRY_ADDRESS_MADE, by=user, version=version)
    return TryAddress.objects.create(
        version=version,
        user=user,
        packages=version.package_hashes,
        expires_at=now + LIFETIME,
    )


def end_address(*, version: Version, by: AnyUser) -> None:
    """Take the address of a user back; does nothing without one."""
    user = require_user(by)
    addresses = TryAddress.objects.filter(version=version, user=user, ended_at=None)
    addresses.update(ended_at=timezone.now())


def address_of(version: Version, user: AnyUser) -> TryAddress | None:
    """Return the current address of a user for the current packages of a version."""
    if not is_active_user(user):
        return None
    rows = TryAddress.objects.filter(
        version=version, user=user, ended_at=None, expires_at__gt=timezone.now()
    )
    address = rows.order_by("-pk").first()
    if address is None or address.packages != version.package_hashes:
        return None
    return address


def find_address(token: str) -> TryAddress:
    """Return the address with a token; raises `NotFound` if it has ended or never existed."""
    key = row_key(token.partition("-")[0])
    addresses = TryAddress.objects.select_related("version__extension", "user")
    address = addresses.filter(pk=key).first() if key else None
    if address is not None and address.has_token(token) and _is_valid(address):
        return address
    raise NotFound.of("review.try-ended")


def _is_valid(address: TryAddress) -> bool:
    version = address.version
    return (
        address.is_current
        and may_triage(address.user)
        and version.status in TRIED_STATUSES
        and not version.extension.is_blocked
    )


def packages_of(address: TryAddress) -> list[Package]:
    """Return the packages of an address that the version still has; a new build replaces them.

    One in quarantine is sent to no one.
    """
    packages = address.version.packages.filter(
        sha256__in=address.packages, file__quarantined_at=None
    ).order_by("pk")
    found = list(packages.select_related("file", "version__extension"))
    if not found:
        raise NotFound.of("review.try-ended")
    return found


def listing_path(address: TryAddress) -> str:
    """Return the path of the listing of an address."""
    return f"/try/{address.token}/"


def package_path(address: TryAddress, package: Package) -> str:
    """Return the path of a package of an address."""
    return listing_path(address) + package.file_name


def drag_path(address: TryAddress, package: Package) -> str:
    """Return the path with the query that Blender reads when the link is dropped."""
    query = drag_query(
        listing_path(address),
        low=package.version.blender_min_text,
        high=package.version.blender_max_text or "",
        platforms=package.platforms,
        pythons=package.python_versions,
    )
    return f"{package_path(address, package)}?{query}"


def listing_of(address: TryAddress, *, base_url: str) -> bytes:
    """Return the listing of an address, with an entry for each package."""
    entries = [_entry(address, package, base_url) for package in packages_of(address)]
    return head([]) + ",".join(entries).encode() + b"]}"


def _entry(address: TryAddress, package: Package, base_url: str) -> str:
    values = {
        **package.version.manifest,
        "platforms": package.platforms,
        "wheels": package.wheels,
    }
    try:
        entry = make_entry(
            Manifest.from_table(values),
            archive_url=base_url + package_path(address, package),
            archive_size=package.size,
            archive_hash=package.sha256,
        )
        return json.dumps(entry, separators=(",", ":"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        text = clean_message(f"{type(error).__name__}: {error}")
        raise Corrupt.of("review.not-listable", package=package.file_name, error=text) from error
