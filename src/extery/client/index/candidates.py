"""Versions that repositories list, each with the reason why the Blender of a target cannot install it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from extery.client.repositories import Repository
from extery.core.cached_property import cached_property
from extery.core.compatibility import BlenderRange, System
from extery.core.text import clean_message
from extery.core.types import TYPES_BY_NAME
from extery.core.versions import Version, format_blender_version, short_blender_version

if TYPE_CHECKING:
    from extery.listing.entries import Entry

#: Maximum number of platforms or Pythons that a reason names.
MAX_NAMES = 6


class Candidate:
    """A version of an extension that an enabled repository lists.

    ``entry`` has passed the checks of `extery.listing.entries.check_entry`. ``incompatible`` is the reason why the
    Blender of the target cannot install it, ``blocked`` the reason for which its repository has blocked it; both are
    empty for a version that can be installed. ``base`` is the URL of the listing after a redirect.
    """

    def __init__(
        self,
        repository: Repository,
        entry: Entry,
        incompatible: str = "",
        blocked: str = "",
        base: str = "",
    ) -> None:
        self.repository = repository
        self.entry = entry
        self.incompatible = incompatible
        self.blocked = blocked
        self.base = base

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def name(self) -> str:
        """``repository.id``, as `extery.client.records.Installed.name`."""
        return f"{self.repository.name}.{self.id}"

    @cached_property
    def version(self) -> Version:
        return Version.parse(self.entry["version"])

    @property
    def type(self) -> str:
        return str(self.entry["type"])

    @property
    def size(self) -> int:
        """Bytes of the package."""
        return int(self.entry["archive_size"])

    @property
    def sha256(self) -> str:
        """SHA-256 of the package, 64 lower-case hex digits."""
        return str(self.entry["archive_hash"]).removeprefix("sha256:").lower()

    @property
    def can_install(self) -> bool:
        return not self.incompatible and not self.blocked

    def with_block(self, reason: str) -> Candidate:
        """Return the candidate, blocked if a reason is given."""
        if not reason:
            return self
        return type(self)(self.repository, self.entry, self.incompatible, reason, self.base)

    def with_reason(self, incompatible: str) -> Candidate:
        """Return the candidate with the reason why the Blender of another target cannot install it."""
        return type(self)(self.repository, self.entry, incompatible, self.blocked, self.base)

    @property
    def url(self) -> str:
        """The absolute URL of the package, as Blender resolves it; raises `InvalidListing` for one that is not allowed."""
        return self._resolved(self.repository.url)

    @property
    def other_url(self) -> str:
        """Where the package is if it is not at `url`, but beside the listing that a redirect led to; or empty."""
        other = self._resolved(self.base) if self.base else ""
        return other if other != self.url else ""

    def _resolved(self, repository: str) -> str:
        from extery.fetch.addresses import listing_url, resolve_any_archive_url

        return resolve_any_archive_url(listing_url(repository), self.entry["archive_url"])

    @property
    def permissions(self) -> dict[str, str]:
        """Permission -> reason. The early form, a list without reasons, has empty ones."""
        value = self.entry.get("permissions") or {}
        pairs = value.items() if isinstance(value, dict) else ((name, "") for name in value)
        return {str(name): str(reason) for name, reason in pairs}


def preference(version: str, incompatible: str) -> tuple[bool, bool, Version]:
    """Return a sort key of listed versions: what fits, then releases before pre-releases, then the newest."""
    parsed = Version.parse(version)
    return not incompatible, not parsed.is_prerelease, parsed


def reason_against(item: Entry, system: System) -> str:
    """Return why ``system`` cannot install an entry; empty if it can."""
    # Imported here: only what is written to the index is compared.
    from extery.listing.audience import (
        audience_of,
        has_invalid_pythons,
        range_of,
        with_minor_pythons,
    )

    item = with_minor_pythons(item)
    try:
        audience, blender_range = audience_of(item), range_of(item)
    except ValueError:
        return "its Blender versions cannot be read"
    if audience.fits(system):
        return ""
    blender, platform, python = system
    if blender is not None and not audience.blender.has(blender):
        return _reason_of_blender(item, blender_range, blender)
    if platform is not None and not audience.platforms.has(platform):
        return f"it is for {_names(item.get('platforms') or ())}, not for {platform}"
    pythons = () if has_invalid_pythons(item) else item.get("python_versions") or ()
    return f"its wheels are for Python {_names(pythons)}, not for {python}"


def _reason_of_blender(
    item: Entry, blender_range: BlenderRange, blender: tuple[int, int, int]
) -> str:
    if blender_range.has(blender):
        known = TYPES_BY_NAME.get(item["type"])
        if known is None:
            return "its type is not known"
        first = short_blender_version(known.first_blender)
        return f"{known.plural.lower()} need Blender {first} or newer"
    low, high = blender_range
    if blender < low:
        return f"it needs Blender {format_blender_version(low)} or newer"
    assert high is not None  # the range would have the version
    return f"it is for Blender older than {format_blender_version(high)}"


def _names(names: Iterable[object]) -> str:
    """Return a list of untrusted names, as words."""
    texts = [clean_message(str(name)) for name in names]
    more = [f"{len(texts) - MAX_NAMES} more"] if len(texts) > MAX_NAMES else []
    return ", ".join([*texts[:MAX_NAMES], *more])
