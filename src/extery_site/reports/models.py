"""Reports of extensions by users."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from extery_site.catalog.models import Extension

#: Maximum number of characters of a report, and of the note that closes it.
MAX_REPORT_LENGTH = 4_000


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        """Return open reports, oldest first."""
        return self.filter(status=Report.Status.OPEN).order_by("created_at", "pk")

    def handled(self) -> ReportQuerySet:
        """Return resolved and dismissed reports, newest first."""
        return self.exclude(status=Report.Status.OPEN).order_by("-handled_at", "-pk")

    def with_related(self) -> ReportQuerySet:
        return self.select_related("extension", "extension__owner", "by", "handled_by")


class Report(models.Model):
    """A user's report of an extension, and how a moderator handled it."""

    class Reason(models.TextChoices):
        MALICIOUS = "malicious", "Malicious, or hides what it does"
        BROKEN = "broken", "Does not work"
        COPYRIGHT = "copyright", "Violates a licence or copyright"
        MISLEADING = "misleading", "Misleading"
        OFFENSIVE = "offensive", "Offensive or illegal"
        OTHER = "other", "Other"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        RESOLVED = "resolved", "Resolved"
        DISMISSED = "dismissed", "Dismissed"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reports"
    )
    reason = models.CharField(max_length=20, choices=Reason.choices)
    text = models.TextField(max_length=MAX_REPORT_LENGTH)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    note = models.TextField(blank=True, max_length=MAX_REPORT_LENGTH)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    handled_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "created_at"], name="reports_report_open")
        ]

    def __str__(self) -> str:
        return f"{self.extension}: {self.get_reason_display()}"

    def get_absolute_url(self) -> str:
        return reverse("reports:handle", args=[self.pk])
