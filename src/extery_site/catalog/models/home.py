"""What the start page is made of besides the extensions: picks, what is trending, colours of themes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.models.fields import OrderedJSONField

MAX_PICK_TEXT_LENGTH = 240


class EditorsPick(models.Model):
    """An extension that moderators recommend, and one's sentence about it; the newest one is shown first."""

    extension = models.OneToOneField(
        "catalog.Extension", on_delete=models.CASCADE, related_name="pick"
    )
    text = models.CharField(
        max_length=MAX_PICK_TEXT_LENGTH, help_text="What it is, and for whom: one or two sentences."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return str(self.extension)


class RisingExtension(models.Model):
    """An extension that is downloaded more than in the week before; a job computes the rows from the statistics."""

    extension = models.OneToOneField(
        "catalog.Extension", on_delete=models.CASCADE, related_name="rising"
    )
    new = models.PositiveIntegerField(help_text="Downloads of the last seven full days.")
    before = models.PositiveIntegerField(help_text="Those of the seven days before.")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.extension_id}: {self.new} after {self.before}"

    @property
    def growth(self) -> int | None:
        """By how many percent it grew; ``None`` if it was not downloaded before."""
        return round((self.new - self.before) * 100 / self.before) if self.before else None


class ThemeColours(models.Model):
    """The colours of the drawing of a theme: name of `extery.package.theme_colors.PREVIEW_ROLES` -> ``#rrggbb``.

    Of a package by its SHA-256, as all that is read from one; they are read when it is checked.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    colours = OrderedJSONField(default=dict)

    class Meta:
        verbose_name_plural = "theme colours"

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…"
