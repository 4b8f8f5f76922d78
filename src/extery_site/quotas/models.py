"""The uses of a quota in the current period, and the table of Django's cache."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class QuotaKind(models.TextChoices):
    """What has a quota; the settings ``EXTERY_<KIND>_PER_ACCOUNT`` and ``_PER_ADDRESS`` set it."""

    UPLOADS = "uploads", "uploads"
    DRAFTS = "drafts", "new drafts"
    SUBMISSIONS = "submissions", "submissions for review"
    COMMENTS = "comments", "comments"
    REPORTS = "reports", "reports"
    TOKENS = "tokens", "new API tokens"
    RATINGS = "ratings", "ratings and replies"
    VOTES = "votes", "marks as helpful"
    SET_CHANGES = "set_changes", "changes of sets"
    COMPARISONS = "comparisons", "comparisons of versions"
    # Counted by `extery_site.quotas.rates`, with other subjects and settings.
    SIGN_INS = "sign-ins", "sign-ins with a wrong password"
    EMAILS = "emails", "e-mails"


def kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `QuotaUsage.kind`; as a function, so that a new kind needs no migration."""
    return QuotaKind.choices


class QuotaUsage(models.Model):
    """How often a subject used a quota since the start of its period, the first use.

    The subject is an account or a client address, or any other text; only a keyed hash of an address
    or a text is stored.
    """

    kind = models.CharField(max_length=16, choices=kind_choices)
    subject = models.CharField(max_length=80)
    number = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "subject"], name="quotas_usage_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}: {self.number}"


class CachedValue(models.Model):
    """The table of Django's cache in the database (``CACHES``), with the columns that it expects."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
