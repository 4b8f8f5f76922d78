"""Claims: which moderator works on a version. An ended claim is kept as the record."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.models import Version


def claim_end_choices() -> list[tuple[str, str]]:
    """Return the choices of `Claim.end`; as a function, so that a new one needs no migration."""
    return Claim.End.choices


class ClaimQuerySet(models.QuerySet["Claim"]):
    def current(self, now: datetime | None = None) -> ClaimQuerySet:
        """Return claims that have neither ended nor expired."""
        return self.filter(ended_at=None, expires_at__gt=now or timezone.now())


class Claim(models.Model):
    """A moderator works on a version. It ends by itself at ``expires_at``."""

    class End(models.TextChoices):
        RELEASED = "released", "Released"
        TAKEN_OVER = "taken_over", "Taken over"
        EXPIRED = "expired", "Expired"
        CLOSED = "closed", "The version left the queue"

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="claims")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who ended it; empty for the site itself.",
    )
    end = models.CharField(max_length=20, choices=claim_end_choices, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["claimed_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(ended_at=None),
                name="moderation_one_claim_of_a_version",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["by", "ended_at"], name="moderation_claims_of_a_user"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.by}"

    @property
    def is_current(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
