"""Stored figures of a period."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PeriodFigures(models.Model):
    """The figures of ``months`` calendar months from the day ``since`` on, in UTC."""

    since = models.DateField()
    months = models.PositiveSmallIntegerField(default=1)
    figures = models.JSONField(help_text="As `extery_site.transparency.counting` returns them.")
    is_final = models.BooleanField(
        default=False, help_text="Whether the period had ended when it was counted."
    )
    counted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-since", "months"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["since", "months"], name="transparency_period_once")
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m}, {self.months} months"
