"""Everything that listings show, read from the database once for each revision.

A snapshot answers for any system without the database: it keeps the entry of each approved
package as JSON, and picks the newest compatible version of each extension.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from extery.core.compatibility import Audience, System
from extery.core.system_classes import SystemNormalizer
from extery.listing.entries import VERSION, entry
from extery.listing.selection import newest_fitting
from extery.manifest.document import Manifest
from extery_site.catalog.models import Extension, Package, Version

logger = logging.getLogger(__name__)

_REVISION = "SELECT number FROM listings_revision WHERE id = 1"
_URL_KEY = b'"archive_url":"'


class Candidate(NamedTuple):
    """A package that may be listed: its audience, and its entry before and after the site's address."""

    audience: Audience
    before_base: bytes
    after_base: bytes


class Snapshot:
    """The approved packages of one revision: extensions by id, their versions newest first."""

    def __init__(
        self, extensions: Iterable[list[list[Candidate]]], blocklist: list[dict[str, str]]
    ) -> None:
        self.extensions = list(extensions)
        self._blocklist = json.dumps(blocklist, separators=(",", ":")).encode()
        self._normalizer = SystemNormalizer(
            candidate.audience
            for versions in self.extensions
            for packages in versions
            for candidate in packages
        )

    def normalize(self, system: System) -> System:
        """Return the system that stands for all with the same listing, however many kinds of clients ask."""
        return self._normalizer.normalize(system)

    def render(self, system: System, base: str) -> bytes:
        """Return the listing for a system, with download links that begin with ``base``."""

        def fits(candidate: Candidate) -> bool:
            return candidate.audience.fits(system)

        middle = json.dumps(base)[1:-1].encode()
        entries = b",".join(
            candidate.before_base + middle + candidate.after_base
            for versions in self.extensions
            for candidate in newest_fitting(versions, fits)
        )
        return b'{"version":"%s","blocklist":%s,"data":[%s]}' % (
            VERSION.encode(),
            self._blocklist,
            entries,
        )


def current_revision() -> int:
    """The number to which the listings were last counted up."""
    # Asked for every listing: composing this query anew would take most of the time.
    with connection.cursor() as cursor:
        cursor.execute(_REVISION)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def take_snapshot() -> Snapshot:
    """Read all approved packages, in a fixed number of queries."""
    packages = (
        Package.objects.filter(
            version__status=Version.Status.APPROVED,
            version__extension__in=Extension.objects.listed(),
        )
        .select_related("version__extension")
        .order_by("version__extension__id_key", "-version__sort_key", "pk")
    )
    by_extension: dict[int, dict[int, list[Candidate]]] = {}
    # Most packages share their audience with many others.
    audiences: dict[Audience, Audience] = {}
    for package in packages:
        candidate = _candidate(package)
        if candidate is not None:
            audience = audiences.setdefault(candidate.audience, candidate.audience)
            candidate = candidate._replace(audience=audience)
            versions = by_extension.setdefault(package.version.extension_id, {})
            versions.setdefault(package.version_id, []).append(candidate)
    blocked = Extension.objects.listed().filter(status=Extension.Status.BLOCKED).order_by("id_key")
    blocklist = [
        {"id": extension_id, "reason": reason}
        for extension_id, reason in blocked.values_list("extension_id", "block_reason")
    ]
    return Snapshot((list(versions.values()) for versions in by_extension.values()), blocklist)


def _candidate(package: Package) -> Candidate | None:
    try:
        text = json.dumps(_entry(package), separators=(",", ":")).encode()
    except (KeyError, TypeError, ValueError):
        # Blender refuses a whole listing for one bad entry: leave it out, and say so.
        logger.exception("package %s cannot be listed", package.sha256)
        return None
    before, key, after = text.partition(_URL_KEY)
    return Candidate(package.audience, before + key, after)


def _entry(package: Package) -> dict[str, object]:
    manifest = Manifest.from_table(
        {**package.version.manifest, "platforms": package.platforms, "wheels": package.wheels}
    )
    return entry(
        manifest,
        archive_url=package.download_path,
        archive_size=package.size,
        archive_hash=package.sha256,
    )
