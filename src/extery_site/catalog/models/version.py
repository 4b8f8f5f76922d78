"""A version of an extension, and the packages (the zips) it consists of."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from extery.core.versions import parse_blender_version
from extery_site.catalog.models.fields import OrderedJSONField
from extery_site.ui.addresses import LISTING_PATH, absolute


def sortable_blender(text: str) -> int:
    """``4.2.0`` as 4002000, for comparison in the database; `ValueError` for anything else."""
    major, minor, patch = parse_blender_version(text)
    return (min(major, 2000) * 1000 + min(minor, 999)) * 1000 + min(patch, 999)


def full_blender(number: int) -> str:
    """``4.2.0`` for 4002000."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def short_blender(number: int) -> str:
    """``4.2`` for 4002000, ``4.2.3`` for 4002003."""
    return full_blender(number).removesuffix(".0")


class VersionQuerySet(models.QuerySet["Version"]):
    """The questions that listings, pages and the queue ask."""

    def approved(self) -> VersionQuerySet:
        return self.filter(status=Version.Status.APPROVED)

    def in_review(self) -> VersionQuerySet:
        return self.filter(status=Version.Status.IN_REVIEW)

    def for_blender(self, number: int) -> VersionQuerySet:
        """Compatible with a Blender version given as `sortable_blender` does."""
        return self.filter(Q(blender_max=None) | Q(blender_max__gt=number), blender_min__lte=number)

    def newest_first(self) -> VersionQuerySet:
        """By version number, not by date."""
        return self.order_by("-sort_key", "-pk")

    def with_packages(self) -> VersionQuerySet:
        return self.prefetch_related(
            models.Prefetch("packages", Package.objects.order_by("original_name", "pk"))
        )


class Version(models.Model):
    """One version of an extension: what its manifest says, and where it stands."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "Waiting for review"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        DECLINED = "declined", "Declined"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Withdrawn"

    extension = models.ForeignKey(
        "catalog.Extension", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=300, editable=False)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    release_notes = models.TextField(blank=True, max_length=20_000, help_text="Markdown.")
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
    approved_at = models.DateTimeField(null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.extension} {self.number}"

    @property
    def blender_range_text(self) -> str:
        """``4.2 and newer``, or ``4.2 up to, not including 5.0``."""
        low = short_blender(self.blender_min)
        if self.blender_max is None:
            return f"{low} and newer"
        return f"{low} up to, not including {short_blender(self.blender_max)}"

    @property
    def blender_min_text(self) -> str:
        """``4.2.0``."""
        return full_blender(self.blender_min)

    @property
    def blender_max_text(self) -> str | None:
        """``5.0.0``, which is the first that does not fit; ``None`` without end."""
        return None if self.blender_max is None else full_blender(self.blender_max)

    @property
    def is_editable(self) -> bool:
        """Whether its owner may still change what belongs to it."""
        return self.status in EDITABLE

    @property
    def is_in_review(self) -> bool:
        return self.status == self.Status.IN_REVIEW

    @property
    def is_discardable(self) -> bool:
        """Whether its owner may delete it: a declined version cannot be changed, only discarded."""
        return self.status in DISCARDABLE

    @property
    def package_hashes(self) -> list[str]:
        """The SHA-256 of each of its packages, sorted: the bytes that a decision is about."""
        return sorted(package.sha256 for package in self.packages.all())

    @property
    def platforms(self) -> list[str]:
        """The platforms of all its packages; none means every platform."""
        packages = list(self.packages.all())
        if any(not package.platforms for package in packages):
            return []
        return sorted({name for package in packages for name in package.platforms})

    @property
    def size(self) -> int:
        """The size of its largest package in bytes: what a download takes at most."""
        return max((package.size for package in self.packages.all()), default=0)


#: Statuses in which the owner may change a version.
EDITABLE = frozenset(
    {Version.Status.DRAFT, Version.Status.CHANGES_REQUESTED, Version.Status.WITHDRAWN}
)
#: Statuses in which the owner may delete a version.
DISCARDABLE = EDITABLE | {Version.Status.DECLINED}


class Package(models.Model):
    """A zip of a version, for all platforms or for some; stored under its own hash."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="packages")
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    original_name = models.CharField(max_length=255)
    platforms = models.JSONField(default=list, blank=True)
    wheels = models.JSONField(default=list, blank=True)
    python_versions = models.JSONField(default=list, blank=True)
    problems = OrderedJSONField(default=list, blank=True)
    download_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """The name under which it is downloaded: ``add-on-gear_tool-v1.2.0-linux-x64.zip``."""
        extension = self.version.extension
        parts = [extension.type, extension.extension_id, f"v{self.version.number}"]
        return "-".join([*parts, *self.platforms]) + ".zip"

    @property
    def download_path(self) -> str:
        """Path of the download; the listing gives the same text, and Blender compares it."""
        return f"/download/sha256:{self.sha256}/{quote(self.file_name)}"

    @property
    def drag_query(self) -> str:
        """What Blender reads from a dropped link: repository, Blender versions, platforms, Pythons."""
        values = {
            "repository": LISTING_PATH,
            "blender_version_min": self.version.blender_min_text,
            "blender_version_max": self.version.blender_max_text or "",
            "platforms": ",".join(self.platforms),
            "python_versions": ",".join(self.python_versions),
        }
        return urlencode({key: value for key, value in values.items() if value})

    def drag_url(self, request: HttpRequest) -> str:
        """The link to drag into Blender; without its query it is the listing's ``archive_url``."""
        return f"{absolute(request, self.download_path)}?{self.drag_query}"
