"""Versions of extensions and their packages (zips)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from extery.core.compatibility import Audience, BlenderRange, System
from extery.core.versions import (
    blender_version_of_number,
    format_blender_version,
    number_of_blender_version,
    parse_blender_version,
    short_blender_version,
)
from extery.listing.audience import drag_query
from extery_site.catalog.models.compatibility import compatible_packages
from extery_site.catalog.models.fields import OrderedJSONField
from extery_site.catalog.models.remote_library import RemoteLibrary
from extery_site.catalog.text_limits import (
    MAX_NUMBER_LENGTH,
    MAX_STORED_BLOCK_REASON_LENGTH,
    MAX_TEXT_LENGTH,
)
from extery_site.files.models import StoredFile
from extery_site.ui.addresses import BETA_LISTING_PATH, LISTING_PATH, absolute


def sortable_blender(text: str) -> int:
    """Return a Blender version as a number that the database can compare: 4002000 for ``4.2.0``.

    Raises `ValueError` for an invalid version.
    """
    return number_of_blender_version(parse_blender_version(text))


def package_file_name(type_: str, extension_id: str, number: str, platforms: Iterable[str]) -> str:
    """Return the file name of a download, such as ``add-on-gear_tool-v1.2.0-linux-x64.zip``."""
    return "-".join([type_, extension_id, f"v{number}", *platforms]) + ".zip"


def download_path(sha256: str, file_name: str) -> str:
    """Return the URL path of the download of a package."""
    return f"/download/sha256:{sha256}/{quote(file_name)}"


def version_status_choices() -> list[tuple[str, str]]:
    """Return the choices of `Version.status`; as a function, so that a new one needs no migration."""
    return Version.Status.choices


class Channel(models.TextChoices):
    """Who is offered a version: everyone, or those whose Blender has the address of the beta listing."""

    STABLE = "stable", "Stable"
    BETA = "beta", "Beta"


def channel_choices() -> list[tuple[str, str]]:
    """Return the choices of `Version.channel`; as a function, so that a new one needs no migration."""
    return Channel.choices


#: The versions that the listing of a channel offers: who tries beta versions gets a newer stable one, too.
SHOWN_IN: dict[str, tuple[str, ...]] = {
    Channel.STABLE: (Channel.STABLE,),
    Channel.BETA: (Channel.STABLE, Channel.BETA),
}


class VersionQuerySet(models.QuerySet["Version"]):
    def approved(self) -> VersionQuerySet:
        return self.filter(status=Version.Status.APPROVED)

    def newest_approved(self) -> Version | None:
        """Return the version for pages and searches: the newest stable one, or a beta version if there is no other."""
        approved = self.approved().newest_first()
        return approved.filter(channel__in=SHOWN_IN[Channel.STABLE]).first() or approved.first()

    def in_review(self) -> VersionQuerySet:
        return self.filter(status=Version.Status.IN_REVIEW)

    def due(self, now: datetime) -> VersionQuerySet:
        """Return versions whose time of publication has come, oldest first; those of blocked extensions wait."""
        due = self.filter(status=Version.Status.COOLING_DOWN, public_at__lte=now)
        # The status of `catalog.Extension`, which imports this module.
        due = due.exclude(extension__status="blocked").order_by("public_at", "pk")
        return due.select_related("extension")

    def newest_first(self) -> VersionQuerySet:
        """Sort by version number, not by date."""
        return self.order_by("-sort_key", "-pk")

    def with_packages(self) -> VersionQuerySet:
        return self.prefetch_related(
            models.Prefetch("packages", Package.objects.order_by("original_name", "pk"))
        )


class Version(models.Model):
    """A version of an extension, with its manifest and review status."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "Awaiting review"
        CHANGES_REQUESTED = "changes_requested", "Awaiting changes"
        ON_HOLD = "on_hold", "On hold"
        DECLINED = "declined", "Declined"
        COOLING_DOWN = "cooling_down", "Public later"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Withdrawn"
        UNPUBLISHED = "unpublished", "Unpublished"
        BLOCKED = "blocked", "Blocked"

    extension = models.ForeignKey(
        "catalog.Extension", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.CharField(max_length=MAX_NUMBER_LENGTH)
    sort_key = models.CharField(max_length=300, editable=False)
    status = models.CharField(max_length=20, choices=version_status_choices, default=Status.DRAFT)
    channel = models.CharField(
        max_length=16,
        choices=channel_choices,
        default=Channel.STABLE,
        db_default=Channel.STABLE,
        help_text="The listings that offer it: all of them, or that of beta versions only.",
    )
    release_notes = models.TextField(blank=True, max_length=MAX_TEXT_LENGTH, help_text="Markdown.")
    notes_source = models.CharField(
        max_length=100,
        blank=True,
        db_default="",
        default="",
        help_text="The file of the package with the release notes; empty if the author wrote them here.",
    )
    manifest = OrderedJSONField(default=dict, encoder=DjangoJSONEncoder)
    blender_min = models.PositiveIntegerField()
    blender_max = models.PositiveIntegerField(null=True, blank=True)
    permissions = OrderedJSONField(default=dict)
    license = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(
        null=True, blank=True, help_text="When it became public; empty before."
    )
    public_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When an approved version becomes public; empty in other statuses.",
    )
    held_until = models.DateField(
        null=True,
        blank=True,
        help_text="The day on which it returns from hold to the queue, if any.",
    )
    unpublished_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When its owner unpublished it; empty if it is public again.",
    )
    downloads_stopped_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Until when its packages cannot be downloaded, because a block of it was asked for.",
    )
    is_unreviewed = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether it is public, or becomes public, by its risk: no moderator has approved it.",
    )
    block_reason = models.TextField(blank=True, max_length=MAX_STORED_BLOCK_REASON_LENGTH)
    expires_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it is deleted unless its owner submits it; empty in other statuses.",
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-sort_key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["extension", "number"], name="catalog_version_number_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "submitted_at"], name="catalog_version_queue"),
            models.Index(fields=["expires_at"], name="catalog_version_expiry"),
            models.Index(fields=["public_at"], name="catalog_version_public_at"),
            # Of the feed of the newest versions.
            models.Index(fields=["status", "-approved_at", "-id"], name="catalog_version_approved"),
            # Of the filter by Blender version, which looks at the versions of each extension.
            models.Index(
                fields=["extension", "status", "blender_min", "blender_max"],
                name="catalog_version_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.extension} {self.number}"

    @property
    def blender_range_text(self) -> str:
        """``4.2 and newer``, or ``4.2 up to, not including 5.0``."""
        low, high = self.blender_range
        if high is None:
            return f"{short_blender_version(low)} and newer"
        return f"{short_blender_version(low)} up to, not including {short_blender_version(high)}"

    @property
    def blender_range(self) -> BlenderRange:
        low, high = self.blender_min, self.blender_max
        return BlenderRange(
            blender_version_of_number(low),
            None if high is None else blender_version_of_number(high),
        )

    @property
    def blender_min_text(self) -> str:
        """The minimum Blender version, such as ``4.2.0``."""
        return format_blender_version(self.blender_range.minimum)

    @property
    def blender_max_text(self) -> str | None:
        """The maximum Blender version (exclusive), such as ``5.0.0``, or ``None``."""
        high = self.blender_range.maximum
        return None if high is None else format_blender_version(high)

    @property
    def manifest_maximum(self) -> int | None:
        """The maximum Blender version of the manifest; ``blender_max`` is lower if one was set here."""
        text = self.manifest.get("blender_version_max")
        return sortable_blender(text) if isinstance(text, str) and text else None

    @property
    def is_maximum_set(self) -> bool:
        """Whether the owner or a moderator set a maximum Blender version here."""
        return self.blender_max != self.manifest_maximum

    @property
    def remote_library(self) -> RemoteLibrary | None:
        """The server of an asset library; ``None`` for other types, and if the manifest names none."""
        return RemoteLibrary.of(self.manifest) if self.extension.is_asset_library else None

    @property
    def is_editable(self) -> bool:
        """Whether its owner may edit it and add packages."""
        return self.status in EDITABLE

    @property
    def is_in_review(self) -> bool:
        return self.status == self.Status.IN_REVIEW

    @property
    def is_public(self) -> bool:
        """Whether everyone can install it, unless its extension is blocked."""
        return self.status == self.Status.APPROVED

    @property
    def is_beta(self) -> bool:
        """Whether only the listing of beta versions offers it."""
        return self.channel == Channel.BETA

    @property
    def is_withdrawable(self) -> bool:
        """Whether its owner may withdraw it before it is public, to edit it again."""
        return self.status in WITHDRAWABLE

    @property
    def is_blocked(self) -> bool:
        """Whether this version is blocked; its extension has a status of its own."""
        return self.status == self.Status.BLOCKED

    @property
    def is_discardable(self) -> bool:
        """Whether its owner may delete it; a declined version can be discarded, but not edited."""
        return self.status in DISCARDABLE

    @property
    def build_number(self) -> int:
        """Which build of the version its packages are: it increases with every replaced package."""
        return int(self.replaced_packages.count()) + 1

    @property
    def package_hashes(self) -> list[str]:
        """The sorted SHA-256 hashes of its packages, which a decision refers to."""
        return sorted(package.sha256 for package in self.packages.all())

    @property
    def platforms(self) -> list[str]:
        """The platforms of all its packages, sorted; an empty list means all platforms."""
        packages = list(self.packages.all())
        if any(not package.platforms for package in packages):
            return []
        return sorted({name for package in packages for name in package.platforms})

    @property
    def size(self) -> int:
        """The size of its largest package in bytes."""
        return max((package.size for package in self.packages.all()), default=0)


#: Statuses in which the owner may edit a version.
EDITABLE = frozenset(
    {Version.Status.DRAFT, Version.Status.CHANGES_REQUESTED, Version.Status.WITHDRAWN}
)
#: Statuses in which the owner may withdraw a version that was never public.
WITHDRAWABLE = frozenset(
    {
        Version.Status.IN_REVIEW,
        Version.Status.CHANGES_REQUESTED,
        Version.Status.ON_HOLD,
        Version.Status.COOLING_DOWN,
    }
)
#: Statuses in which a version is deleted when its ``expires_at`` has passed.
EXPIRING = frozenset({Version.Status.DRAFT, Version.Status.WITHDRAWN})
#: Statuses in which the owner may delete a version.
DISCARDABLE = EDITABLE | {Version.Status.DECLINED}


def expiry_of(status: str) -> datetime | None:
    """Return when a version that has this status from now on expires; ``None`` if it does not."""
    lifetime: timedelta = settings.EXTERY_DRAFT_LIFETIME
    return timezone.now() + lifetime if status in EXPIRING else None


class PackageQuerySet(models.QuerySet["Package"]):
    def compatible_with(self, system: System) -> PackageQuerySet:
        """Return packages that ``system`` can install: `Package.audience` fits it."""
        return self.filter(compatible_packages(system))


class Package(models.Model):
    """A zip of a version, for all platforms or for ``platforms``."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="packages")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    original_name = models.CharField(max_length=255)
    platforms = models.JSONField(default=list, blank=True)
    wheels = models.JSONField(default=list, blank=True)
    python_versions = models.JSONField(default=list, blank=True)
    problems = OrderedJSONField(default=list, blank=True)
    download_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def audience(self) -> Audience:
        """The systems that can install it; reads its version."""
        return Audience.of(
            self.version.blender_range, platforms=self.platforms, pythons=self.python_versions
        )

    @property
    def file_name(self) -> str:
        """The file name of its download, such as ``add-on-gear_tool-v1.2.0-linux-x64.zip``."""
        extension = self.version.extension
        return package_file_name(
            extension.type, extension.extension_id, self.version.number, self.platforms
        )

    @property
    def download_path(self) -> str:
        """The URL path of its download, the same as in the listing: Blender compares them."""
        return download_path(self.sha256, self.file_name)

    @property
    def drag_query(self) -> str:
        """The query string that Blender reads when the link is dropped."""
        return drag_query(
            BETA_LISTING_PATH if self.version.is_beta else LISTING_PATH,
            low=self.version.blender_min_text,
            high=self.version.blender_max_text or "",
            platforms=self.platforms,
            pythons=self.python_versions,
        )

    def drag_url(self, request: HttpRequest) -> str:
        """Return the URL to drag into Blender: the listing's ``archive_url`` with a query string."""
        return f"{absolute(request, self.download_path)}?{self.drag_query}"


class ReplacedPackage(models.Model):
    """A package that its owner has replaced before the version was published; its file is kept with the version."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="replaced_packages")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    original_name = models.CharField(max_length=255)
    platforms = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(editable=False, help_text="When it was uploaded.")
    replaced_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.original_name
