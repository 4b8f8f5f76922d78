"""What happened to an extension, in order: the thread that its owner and moderators read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Activity(models.Model):
    """One line of the thread: an event, or a comment."""

    class Kind(models.TextChoices):
        COMMENT = "comment", "commented"
        UPLOADED = "uploaded", "uploaded a package"
        DISCARDED = "discarded", "discarded a draft"
        SUBMITTED = "submitted", "sent it to review"
        WITHDRAWN = "withdrawn", "withdrew it from review"
        APPROVED = "approved", "approved it"
        CHANGES_REQUESTED = "changes_requested", "asked for changes"
        DECLINED = "declined", "declined it"
        BLOCKED = "blocked", "blocked it"
        UNBLOCKED = "unblocked", "lifted the block"

    extension = models.ForeignKey(
        "catalog.Extension", on_delete=models.CASCADE, related_name="activities"
    )
    version = models.ForeignKey(
        "catalog.Version",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="activities",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField(blank=True, max_length=10_000, help_text="Markdown.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.by or 'somebody'} {self.get_kind_display()}"
