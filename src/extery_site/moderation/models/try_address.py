"""Private addresses from which one user installs the packages of a version that is not public."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac


def make_nonce() -> str:
    """Return a random text, from which the address is computed with the site's secret key."""
    return get_random_string(32)


class TryAddress(models.Model):
    """An address for one user and the packages that the version had when it was made."""

    version = models.ForeignKey(
        "catalog.Version", on_delete=models.CASCADE, related_name="try_addresses"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    packages = models.JSONField(help_text="The SHA-256 of each package.")
    nonce = models.CharField(max_length=32, default=make_nonce, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was taken back.")

    class Meta:
        verbose_name_plural = "try addresses"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "version"], name="moderation_try_addresses"),
        ]

    def __str__(self) -> str:
        return f"{self.version} for {self.user}"

    @property
    def token(self) -> str:
        """The secret part of the address; it is not stored."""
        digest = salted_hmac(
            "extery.try", f"{self.pk}:{self.nonce}", algorithm="sha256"
        ).hexdigest()
        return f"{self.pk}-{digest[:40]}"

    def has_token(self, token: str) -> bool:
        """Whether ``token`` is that of the address, compared in constant time."""
        return constant_time_compare(self.token, token)

    @property
    def is_current(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
