"""Everything that listings show, read from the database once for each revision.

A snapshot answers for any system without the database: it keeps the entry of each approved
package as JSON, and picks the newest compatible version of each extension.
"""

from __future__ import annotations

import json
import logging
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from extery.listing.entries import VERSION, entry
from extery.manifest.document import Manifest
from extery_site.catalog.models import Extension, Package, Version, sortable_blender

logger = logging.getLogger(__name__)

_REVISION = "SELECT number FROM listings_revision WHERE id = 1"
_URL_KEY = b'"archive_url":"'
#: Stands for every platform or Python version that no package names.
_ANY_OTHER = "\x00"


class System(NamedTuple):
    """Whom a listing is for; ``None`` leaves a property open."""

    blender: int | None = None
    platform: str | None = None
    python: str | None = None

    @classmethod
    def read(cls, blender: str | None, platform: str | None, python: str | None) -> System:
        """The system that a client describes; `ValueError` for a Blender version that is none.

        An empty value leaves the property open, and so does Blender 0.0.0, as in Blender.
        """
        number = sortable_blender(blender) if blender else 0
        major, _, rest = (python or "").partition(".")
        return cls(
            blender=number or None,
            platform=platform or None,
            python=f"{major}.{rest.partition('.')[0]}" if python else None,
        )


class Candidate(NamedTuple):
    """A package that may be listed: whom it is for, and its entry around the site's address."""

    blender_min: int
    blender_max: int | None
    platforms: frozenset[str]
    pythons: frozenset[str]
    before_base: bytes
    after_base: bytes

    def fits(self, system: System) -> bool:
        """Whether this system may install it."""
        blender, platform, python = system
        if blender is not None and (
            blender < self.blender_min
            or (self.blender_max is not None and blender >= self.blender_max)
        ):
            return False
        if platform is not None and self.platforms and platform not in self.platforms:
            return False
        return (
            python is None
            or not self.pythons
            or python in self.pythons
            or python.partition(".")[0] in self.pythons
        )


class Snapshot:
    """The approved packages of one revision: extensions by id, their versions newest first."""

    def __init__(
        self, extensions: Iterable[list[list[Candidate]]], blocklist: list[dict[str, str]]
    ) -> None:
        self.extensions = list(extensions)
        self._blocklist = json.dumps(blocklist, separators=(",", ":")).encode()
        everything = [c for versions in self.extensions for packages in versions for c in packages]
        self._borders = sorted(
            {c.blender_min for c in everything}
            | {c.blender_max for c in everything if c.blender_max is not None}
        )
        self._platforms = frozenset().union(*(c.platforms for c in everything))
        self._pythons = frozenset().union(*(c.pythons for c in everything))

    def canonical(self, system: System) -> System:
        """The same for all systems that get the same listing.

        There are only so many, whatever clients send: Blender versions between two borders
        are one, and so are all platforms and all Python versions that no package names.
        """
        blender, platform, python = system
        if blender is not None:
            place = bisect_right(self._borders, blender)
            blender = self._borders[place - 1] if place else 0
        if platform is not None and platform not in self._platforms:
            platform = _ANY_OTHER
        if python is not None and python not in self._pythons:
            major = python.partition(".")[0]
            python = major if major in self._pythons else _ANY_OTHER
        return System(blender, platform, python)

    def render(self, system: System, base: str) -> bytes:
        """The listing for a system, with download links that begin with ``base``."""
        middle = json.dumps(base)[1:-1].encode()
        entries = b",".join(
            candidate.before_base + middle + candidate.after_base
            for versions in self.extensions
            for candidate in _newest(versions, system)
        )
        return b'{"version":"%s","blocklist":%s,"data":[%s]}' % (
            VERSION.encode(),
            self._blocklist,
            entries,
        )


def _newest(versions: list[list[Candidate]], system: System) -> list[Candidate]:
    """The fitting packages of the newest version that has any."""
    for packages in versions:
        if fitting := [candidate for candidate in packages if candidate.fits(system)]:
            return fitting
    return []


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
    for package in packages:
        candidate = _candidate(package)
        if candidate is not None:
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
    version = package.version
    return Candidate(
        version.blender_min,
        version.blender_max,
        frozenset(package.platforms),
        frozenset(package.python_versions),
        before + key,
        after,
    )


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
