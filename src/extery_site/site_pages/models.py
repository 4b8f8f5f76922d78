"""The versions of the pages that staff writes, and which terms users have accepted."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

#: Characters of a text, and of the sentence that says what changed.
MAX_TEXT, MAX_NOTE = 60_000, 300


class PageVersion(models.Model):
    """A text of a page. Versions are only added; the newest one is shown."""

    page = models.CharField(max_length=20)
    number = models.PositiveIntegerField(help_text="From 1; the text of Extery itself is 0.")
    text = models.TextField(max_length=MAX_TEXT, help_text="Markdown.")
    note = models.CharField(max_length=MAX_NOTE, help_text="What changed.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["page", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["page", "number"], name="site_pages_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.page}, version {self.number}"


class TermsAcceptance(models.Model):
    """Which version of the terms a user accepted by creating the account; 0 is the text of Extery itself."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="terms_acceptance"
    )
    number = models.PositiveIntegerField()
    extery = models.CharField(max_length=40, help_text="The release of Extery, whose text 0 is.")
    accepted_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.user}: version {self.number}"
