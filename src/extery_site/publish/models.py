"""Reserved extension ids, in addition to those of the setting ``EXTERY_RESERVED_IDS``; uploads; drafts of pages."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.models import Package, Version
from extery_site.catalog.models.fields import OrderedJSONField
from extery_site.catalog.text_limits import MAX_TEXT_LENGTH, MAX_URL_LENGTH


class ReservedId(models.Model):
    """An id that a moderator has reserved: it cannot be published. Deleted extensions keep their own."""

    id_key = models.CharField(max_length=200, unique=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["id_key"]
        verbose_name = "reserved id"

    def __str__(self) -> str:
        return self.id_key


def new_key() -> str:
    """Return the random key of an upload."""
    return secrets.token_hex(16)


def upload_state_choices() -> list[tuple[str, str]]:
    """Return the choices of `PackageUpload.state`; as a function, so that a new one needs no migration."""
    return PackageUpload.State.choices


class PackageUploadQuerySet(models.QuerySet["PackageUpload"]):
    def open(self) -> PackageUploadQuerySet:
        """Return those that count towards the limit of their account: not what became a package."""
        return self.exclude(state=PackageUpload.State.STORED)

    def current(self, now: datetime | None = None) -> PackageUploadQuerySet:
        """Return those that have not expired; a refused file of a draft stays as long as the draft."""
        of_draft = models.Q(state=PackageUpload.State.REFUSED, version__isnull=False)
        return self.filter(of_draft | models.Q(expires_at__gt=now or timezone.now()))

    def holding(self) -> PackageUploadQuerySet:
        """Return those that hold their version: it is published with all of its packages, or not at all."""
        return self.filter(state__in=HOLDING).order_by("created_at", "pk")


class PackageUpload(models.Model):
    """A file that an author sends in chunks, and what became of it.

    Its bytes are in the storage while it is received (`extery_site.publish.chunks`); then it is a package of a
    version, or its problems are kept until it is replaced, removed or expired.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", "Uploading"
        RECEIVED = "received", "To be checked"
        STORED = "stored", "Passed"
        REFUSED = "refused", "Refused"
        NOT_TAKEN = "not_taken", "Not taken"

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="package_uploads"
    )
    version = models.ForeignKey(
        Version,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="uploads",
        help_text="The version for which it was sent; empty if none is known.",
    )
    batch = models.CharField(
        max_length=32, blank=True, help_text="What files that were chosen together have in common."
    )
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    chunks = models.JSONField(default=list, help_text="The name and size of each chunk.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="As stated by its sender.")
    state = models.CharField(max_length=16, choices=upload_state_choices, default=State.RECEIVING)
    manifest = OrderedJSONField(null=True, blank=True)
    problems = OrderedJSONField(default=list, blank=True)
    package = models.ForeignKey(
        Package, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)

    objects = PackageUploadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "batch"], name="publish_upload_batch"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        """Whether all of its bytes have arrived."""
        return self.received == self.size

    @property
    def holds_version(self) -> bool:
        """Whether its version waits for it."""
        return self.state in HOLDING

    @property
    def percent(self) -> int:
        """How much of it has arrived, rounded down."""
        return 100 * self.received // self.size if self.size else 100

    @property
    def platforms(self) -> list[str] | None:
        """The platforms of its manifest; ``None`` without a valid one."""
        table: dict[str, Any] | None = self.manifest
        return None if table is None else list(table.get("platforms") or ())


#: States of files for which their version waits.
HOLDING = frozenset(
    {
        PackageUpload.State.RECEIVING,
        PackageUpload.State.RECEIVED,
        PackageUpload.State.REFUSED,
    }
)


class PageDraft(models.Model):
    """Texts of a page as they will be when a version is published, while another version is public.

    Empty fields of an extension that is not public are not here: its texts are those of its page.
    """

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="page_draft")
    description = models.TextField(blank=True, max_length=MAX_TEXT_LENGTH)
    website = models.URLField(max_length=MAX_URL_LENGTH, blank=True)
    support_url = models.URLField(max_length=MAX_URL_LENGTH, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"page of {self.version}"
