"""Ratings, replies, marks as helpful, and the numbers that pages show without counting."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from extery.core import platforms
from extery.core.versions import (
    blender_version_of_number,
    format_blender_version,
    short_blender_version,
)
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.text_limits import MAX_NUMBER_LENGTH, MAX_REASON_LENGTH
from extery_site.ratings.average import DEFAULT_AVERAGE

#: Maximum number of characters of a rating, and of the reply to it.
MAX_RATING_LENGTH = 4_000
MIN_STARS, MAX_STARS = 1, 5


class RatingQuerySet(models.QuerySet["Rating"]):
    def shown(self) -> RatingQuerySet:
        """Return the ratings that are not hidden; only these count."""
        return self.filter(hidden_at=None)

    def with_related(self) -> RatingQuerySet:
        """Load the related rows that a page shows, in one query."""
        return self.select_related("user", "reply", "reply__by", "hidden_by")

    def newest_first(self) -> RatingQuerySet:
        return self.order_by("-created_at", "-pk")

    def lowest_first(self) -> RatingQuerySet:
        return self.order_by("stars", "-created_at", "-pk")

    def most_helpful_first(self, newest: Version | None) -> RatingQuerySet:
        """Sort by the number of people helped; ratings of versions before ``newest`` count half."""
        factor = (
            2 if newest is None else Case(When(version=newest, then=Value(2)), default=Value(1))
        )
        return self.annotate(weight=(F("helpful_count") + 1) * factor).order_by(
            "-weight", "-created_at", "-pk"
        )


class Rating(models.Model):
    """The rating of an extension by a user: one to five stars, with or without a text.

    It names the version, the Blender version and the platform that the user had.
    """

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="ratings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="ratings"
    )
    stars = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(MIN_STARS), MaxValueValidator(MAX_STARS)]
    )
    text = models.TextField(blank=True, max_length=MAX_RATING_LENGTH, help_text="Markdown.")
    version = models.ForeignKey(
        Version, on_delete=models.SET_NULL, null=True, related_name="ratings"
    )
    version_number = models.CharField(
        max_length=MAX_NUMBER_LENGTH,
        editable=False,
        help_text="The number of the version, which remains when the version is deleted.",
    )
    blender = models.PositiveIntegerField(null=True, blank=True)
    platform = models.CharField(max_length=40, blank=True)
    helpful_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The moderator who hid it; empty if the site did, because people reported it.",
    )
    hidden_by_case = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The reports with whose decision it was hidden, and is shown if that is reversed.",
    )
    hidden_reason = models.TextField(blank=True, max_length=MAX_REASON_LENGTH)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["extension", "user"], name="ratings_rating_once"),
            models.CheckConstraint(
                condition=Q(stars__gte=MIN_STARS, stars__lte=MAX_STARS), name="ratings_rating_stars"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["extension", "-created_at"], name="ratings_rating_new"),
        ]

    def __str__(self) -> str:
        return f"{self.stars} stars for {self.extension}"

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def blender_text(self) -> str:
        """The Blender version for pages, such as ``4.2``; empty if it is unknown."""
        if self.blender is None:
            return ""
        return short_blender_version(blender_version_of_number(self.blender))

    @property
    def full_blender_text(self) -> str | None:
        """The Blender version for programs, such as ``4.2.0``."""
        if self.blender is None:
            return None
        return format_blender_version(blender_version_of_number(self.blender))

    @property
    def system_text(self) -> str:
        """Blender version and platform: ``Blender 5.0, Linux (x64)``; empty if both are unknown."""
        blender = f"Blender {self.blender_text}" if self.blender else ""
        return ", ".join(filter(None, [blender, self.platform and platforms.title(self.platform)]))


class Reply(models.Model):
    """The answer of the extension's author to a rating."""

    rating = models.OneToOneField(Rating, on_delete=models.CASCADE, related_name="reply")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField(max_length=MAX_RATING_LENGTH, help_text="Markdown.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return f"Reply to {self.rating}"


class Helpful(models.Model):
    """A rating helped a user."""

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="helpful")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "helpful"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rating", "user"], name="ratings_helpful_once")
        ]

    def __str__(self) -> str:
        return f"{self.rating} helped {self.user}"


class RatingSummary(models.Model):
    """The numbers of an extension's shown ratings, written with each change of a rating."""

    extension = models.OneToOneField(
        Extension, on_delete=models.CASCADE, related_name="rating_summary"
    )
    stars = models.JSONField(help_text="The numbers of ratings with 1, 2, 3, 4 and 5 stars.")
    by_version = models.JSONField(help_text="The same numbers by the id of the version.")
    with_text = models.PositiveIntegerField(help_text="The number of ratings with a text.")

    class Meta:
        verbose_name_plural = "rating summaries"

    def __str__(self) -> str:
        return f"Ratings of {self.extension}"


class SiteAverage(models.Model):
    """One row: the average of all ratings, which the average of each extension starts from."""

    value = models.FloatField(default=DEFAULT_AVERAGE)

    def __str__(self) -> str:
        return f"{self.value:.1f}"
