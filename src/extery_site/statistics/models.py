"""Downloads by day: numbers only, nothing about the people behind them.

Days are kept for `extery_site.statistics.retention.DAYS`, then added up by month.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from extery.core import platforms


class DownloadCount(models.Model):
    """How often a version was downloaded on a day or in a month (UTC), by one series of Blender on one platform."""

    extension = models.ForeignKey("catalog.Extension", on_delete=models.CASCADE, related_name="+")
    since = models.DateField(help_text="The day, or the first of the month.")
    is_month = models.BooleanField(default=False)
    version = models.CharField(max_length=100, help_text="The number of the version.")
    blender = models.CharField(
        max_length=8, blank=True, help_text="The series, such as 5.3; empty if it was not named."
    )
    platform = models.CharField(
        max_length=max(map(len, platforms.KNOWN)),
        blank=True,
        help_text="Empty if it was not named.",
    )
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["extension", "is_month", "since", "version", "blender", "platform"],
                name="statistics_download_count_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["is_month", "since"], name="statistics_by_day")
        ]

    def __str__(self) -> str:
        return f"{self.number} downloads of {self.version}, {self.since:%Y-%m-%d}"
