"""Which changed files a moderator or volunteer has seen: marks for oneself, which decide nothing.

A mark is about the name and the content of a file, so it stays while a new build does not change the file.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from extery.core.errors import NotFound
from extery_site.accounts.permissions import AnyUser, is_active_user
from extery_site.catalog.locking import lock_extension, lock_version
from extery_site.catalog.models import Version
from extery_site.catalog.transitions import Role
from extery_site.moderation.changes import approved_base, keys_of_files
from extery_site.moderation.models import SeenFile
from extery_site.moderation.permissions import require_triage


class SeenCount(NamedTuple):
    """How many of the changed files of a version a user has seen."""

    seen: int
    files: int


@transaction.atomic
def mark_file(*, version: Version, by: AnyUser, key: str, is_seen: bool = True) -> None:
    """Mark a changed file of a version as seen by ``by``, or as not seen; doing it again changes nothing.

    Raises `Refused` for users who may not triage, and `NotFound` for a file that no difference of the
    current packages has.
    """
    version = lock_version(version, lock_extension(version.extension), Role.MODERATOR)
    user = require_triage(by, version.extension, version)
    if not is_seen:
        SeenFile.objects.filter(version=version, by=user, key=key).delete()
        return
    if key not in keys_of_files(version.package_hashes):
        raise NotFound.of("request.not-found", variant="changed-file")
    SeenFile.objects.get_or_create(version=version, by=user, key=key)


def seen_keys(version: Version, user: AnyUser) -> set[str]:
    """Return the keys of the files that a user has seen, also of earlier builds."""
    if not is_active_user(user):
        return set()
    return set(SeenFile.objects.filter(version=version, by=user.pk).values_list("key", flat=True))


def count_seen(version: Version, approved: Version | None, user: AnyUser) -> SeenCount | None:
    """Return how many of the files that differ from ``approved`` a user has seen, in two queries.

    Returns ``None`` before the difference was computed.
    """
    pairs = {}
    for package in version.packages.all():
        base = approved_base(approved, package)
        pairs[package.sha256] = base.sha256 if base else ""
    keys = keys_of_files(pairs)
    if not keys:
        return None
    return SeenCount(len(keys & seen_keys(version, user)), len(keys))
