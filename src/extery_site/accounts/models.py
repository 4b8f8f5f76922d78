"""User accounts, API tokens, suspensions and hidden profiles."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from extery.core.invisible import show_invisible
from extery_site.accounts.emails import normalize_email

username_validator = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z",
    "Use letters, digits, dots, hyphens and underscores; start with a letter or digit.",
)


class EmailKeyField(models.CharField):  # type: ignore[type-arg]
    """The normalized e-mail address of its row, set whenever the row is stored."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        key = normalize_email(getattr(model_instance, "email", "")) or None
        setattr(model_instance, self.attname, key)
        return key


class User(AbstractUser):
    """A user account; the user name is part of the profile page's URL."""

    # One field for the whole name: not every name has a first and a last part.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    username = models.CharField(
        "user name",
        max_length=40,
        unique=True,
        validators=[username_validator],
        help_text="Up to 40 letters, digits, dots, hyphens and underscores. Everyone can see it.",
        error_messages={"unique": "This user name is already taken."},
    )
    full_name = models.CharField("name", max_length=120, blank=True)
    about = models.TextField(blank=True, max_length=4000, help_text="Markdown.")
    is_moderator = models.BooleanField(
        "moderator",
        default=False,
        help_text="Can review versions, block extensions and handle reports.",
    )
    is_volunteer = models.BooleanField(
        "volunteer",
        default=False,
        db_default=False,
        help_text="Helps with reviews: tries versions, sets tasks and writes internal notes, but does not decide.",
    )

    uses_keys = models.BooleanField(
        "keys",
        default=True,
        db_default=True,
        help_text="Single keys work in the review queue and in reviews; the key ? lists them.",
    )

    email_key = EmailKeyField(
        max_length=500,
        unique=True,
        null=True,
        editable=False,
        help_text="The normalized e-mail address; empty for accounts without one.",
    )

    suspended_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Until then the user cannot change anything; set by suspensions.",
    )

    #: Who deletes the account, for the audit log; set before `delete`, empty for the site itself.
    deleted_by: ClassVar[User | None] = None

    class Meta(AbstractUser.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message="This user name is already taken.",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is not None and "email" in fields:
            kwargs["update_fields"] = {*fields, "email_key"}
        if self.email and self.pk and (fields is None or "email" in fields):
            self.email = self._confirmed_email()
        super().save(*args, **kwargs)

    def _confirmed_email(self) -> str:
        """Return the address to store: not one that a sign-up gave and that is not confirmed.

        django-allauth sets such addresses. Their uniqueness would reveal other accounts.
        """
        from allauth.account.models import EmailAddress

        own = dict(EmailAddress.objects.filter(user=self).values_list("email", "verified"))
        if own.get(normalize_email(self.email), True):
            return self.email
        stored = type(self).objects.filter(pk=self.pk).values_list("email", flat=True).first() or ""
        return stored if normalize_email(stored) in own else ""

    @property
    def display_name(self) -> str:
        """The full name if it is set, otherwise the user name."""
        return show_invisible(self.full_name) or self.username

    @property
    def full_label(self) -> str:
        """The display name with the user name, which cannot be that of another user."""
        return f"{self.display_name} (@{self.username})" if self.full_name else self.username

    @property
    def can_moderate(self) -> bool:
        """Whether this user is an active moderator or superuser."""
        return self.is_active and (self.is_moderator or self.is_superuser)

    @property
    def can_triage(self) -> bool:
        """Whether this user is an active volunteer, or can moderate."""
        return self.can_moderate or (self.is_active and self.is_volunteer)

    @property
    def is_suspended(self) -> bool:
        """Whether the user can read only; a suspension ends by itself, and moderators have none."""
        until = self.suspended_until
        return until is not None and until > timezone.now() and not self.can_moderate

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.username


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> ApiTokenQuerySet:
        """Tokens that are neither revoked nor expired and whose owner is active."""
        now = timezone.now()
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=now),
            revoked_at=None,
            user__is_active=True,
        )


class ApiToken(models.Model):
    """An API token, with which a program acts as its user. Only the hash of the secret is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="What the token is for.")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=16, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_with_password = models.BooleanField(
        default=False, editable=False, help_text="Revoked by a change of the password."
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


#: Maximum number of characters of the reason of a suspension.
MAX_SUSPENSION_REASON_LENGTH = 1_000


class Suspension(models.Model):
    """A time in which a user can read, but not change anything; `User.suspended_until` enforces it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="suspensions")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.TextField(
        max_length=MAX_SUSPENSION_REASON_LENGTH, help_text="The suspended user reads it."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lift_reason = models.TextField(blank=True, max_length=MAX_SUSPENSION_REASON_LENGTH)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user} until {self.ends_at:%Y-%m-%d}"

    @property
    def is_active(self) -> bool:
        """Whether it still holds."""
        return self.lifted_at is None and self.ends_at > timezone.now()


#: Maximum number of characters of the reason for which a profile is hidden.
MAX_HIDING_REASON_LENGTH = 4_000


class HiddenProfile(models.Model):
    """The name and text of a user that a moderator has hidden, and what the user wrote since.

    They are moved here: the fields of the user are empty, so that no page and no search can show them.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="hidden_profile")
    full_name = models.CharField(max_length=120, blank=True, help_text="The name that was hidden.")
    about = models.TextField(blank=True, help_text="The text that was hidden.")
    changed_full_name = models.CharField(max_length=120, blank=True)
    changed_about = models.TextField(blank=True, max_length=4000)
    changed_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then a change waits for a moderator."
    )
    hidden_at = models.DateTimeField(default=timezone.now, editable=False)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    hidden_by_case = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The reports with whose decision it was hidden, and is shown if that is reversed.",
    )
    reason = models.TextField(max_length=MAX_HIDING_REASON_LENGTH, help_text="The user reads it.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-hidden_at", "-pk"]

    def __str__(self) -> str:
        return f"Hidden profile of {self.user}"

    @property
    def is_changed(self) -> bool:
        """Whether a change waits for a moderator."""
        return self.changed_at is not None

    @property
    def current_full_name(self) -> str:
        """The name that the user has now, and that is shown when a moderator shows the profile."""
        return self.changed_full_name if self.is_changed else self.full_name

    @property
    def current_about(self) -> str:
        """The text that the user has now."""
        return self.changed_about if self.is_changed else self.about

    @property
    def key(self) -> str:
        """Identifies the current name and text: a moderator decides about what was on the page."""
        content = f"{self.pk} {self.hidden_at} {self.current_full_name}\0{self.current_about}"
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
