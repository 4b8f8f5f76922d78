"""Texts that moderators send often."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from extery_site.catalog.text_limits import MAX_REASON_LENGTH


class SavedReply(models.Model):
    """A text with placeholders such as ``{author}``, which `extery_site.moderation.replies` fills in."""

    title = models.CharField(max_length=100, unique=True)
    text = models.TextField(max_length=MAX_REASON_LENGTH, help_text="Markdown with placeholders.")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "pk"]
        verbose_name_plural = "saved replies"

    def __str__(self) -> str:
        return self.title
