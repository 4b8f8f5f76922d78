"""Tasks of a version: what its author has to change before it can be approved."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_TASK_LENGTH


class TaskQuerySet(models.QuerySet["Task"]):
    def current(self) -> TaskQuerySet:
        """Return tasks that were not dropped, oldest first, with the users that pages name."""
        return (
            self.filter(dropped_at=None)
            .select_related("created_by", "done_by")
            .order_by("created_at", "pk")
        )

    def open(self) -> TaskQuerySet:
        """Return tasks that are neither done nor dropped."""
        return self.current().filter(done_at=None)

    def asked(self) -> TaskQuerySet:
        """Return tasks that the author has received and sees, done ones too."""
        return self.current().filter(asked_at__isnull=False)


class Task(models.Model):
    """A change that a version needs.

    Moderators and volunteers set it; the author receives it with the request for changes (``asked_at``).
    A task from a finding is done when an upload no longer has that finding.
    """

    version = models.ForeignKey("catalog.Version", on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(max_length=MAX_TASK_LENGTH)
    place = models.JSONField(
        default=dict,
        blank=True,
        help_text="What it is about: the SHA-256 of a package, a file in it and a line.",
    )
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="The finding that it is about."
    )
    code = models.CharField(max_length=100, blank=True, help_text="The code of that finding.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the author received it; empty before."
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty if the site found it done.",
    )
    done_note = models.CharField(max_length=MAX_TASK_LENGTH, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_automatic(self) -> bool:
        """Whether an upload without its finding makes it done."""
        return bool(self.fingerprint)
