"""What moderators decided about codes of findings: whether they block an approval."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_TASK_LENGTH


def mode_choices() -> list[tuple[str, str]]:
    """Return the choices of `CodeBlocking.mode`; as a function, so that a new one needs no migration."""
    return CodeBlocking.Mode.choices


class CodeBlocking(models.Model):
    """A code with another mode than that of its severity. See `extery_site.moderation.blocking`."""

    class Mode(models.TextChoices):
        BLOCKS = "blocks", "Blocks"
        INFORMS = "informs", "Informs"
        BY_PRECISION = "by_precision", "By precision"

    code = models.CharField(max_length=100, unique=True)
    mode = models.CharField(max_length=20, choices=mode_choices)
    reason = models.CharField(max_length=MAX_TASK_LENGTH, help_text="Public.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]
        verbose_name = "blocking of a code"
        verbose_name_plural = "blocking of codes"

    def __str__(self) -> str:
        return f"{self.code}: {self.get_mode_display()}"
