"""Notifications of users, what they follow and mute, how they are notified, and e-mails to send."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.notify.kind import Group, NotificationKind
from extery_site.notify.kinds import KINDS
from extery_site.notify.subject import (
    MAX_KEY_LENGTH,
    MAX_TITLE_LENGTH,
    MAX_URL_LENGTH,
    Subject,
)
from extery_site.ui.markup import plain_text

#: Hour of the daily e-mail, in UTC, unless the user chooses another one.
DEFAULT_DAILY_HOUR = 6


class FeedEntryQuerySet(models.QuerySet["FeedEntry"]):
    def of_user(self, user: User) -> FeedEntryQuerySet:
        """Return the rows of a user's feed, newest first."""
        return self.filter(user=user, last_at__isnull=False).order_by("-last_at", "-pk")

    def unread(self) -> FeedEntryQuerySet:
        return self.filter(is_unread=True)

    def asked(self) -> FeedEntryQuerySet:
        """Return the rows that ask something of the user."""
        return self.filter(asks=True)


class FeedEntry(models.Model):
    """A subject in the feed of a user: the row that groups its notifications."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="feed")
    key = models.CharField(max_length=MAX_KEY_LENGTH)
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    url = models.CharField(max_length=MAX_URL_LENGTH)
    group = models.CharField(max_length=16, help_text="Of the newest notification.")
    last_at = models.DateTimeField(
        null=True, help_text="Time of the newest notification; empty if the feed has none."
    )
    is_unread = models.BooleanField(default=False)
    asks = models.BooleanField(default=False, help_text="The user has to do something.")
    read_until = models.DateTimeField(
        null=True, help_text="Notifications up to this time were read."
    )
    marked_until = models.DateTimeField(
        null=True, help_text="Set when “Mark all as read” marked it, so that this can be undone."
    )

    objects = FeedEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="notify_feedentry_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-last_at"], name="notify_feed"),
            models.Index(
                fields=["user", "-last_at"], name="notify_unread", condition=Q(is_unread=True)
            ),
            models.Index(fields=["user", "-last_at"], name="notify_asked", condition=Q(asks=True)),
            models.Index(fields=["user", "group", "-last_at"], name="notify_feed_group"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.key})"

    @property
    def subject(self) -> Subject:
        return Subject(self.key, self.title, self.url)


class Notification(models.Model):
    """An event for one user. Only `extery_site.notify.actions` writes it, with the change itself."""

    entry = models.ForeignKey(FeedEntry, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who caused it; empty for the site itself.",
    )
    about = models.CharField(max_length=MAX_TITLE_LENGTH, help_text="The subject of the headline.")
    text = models.TextField(blank=True)
    url = models.CharField(max_length=MAX_URL_LENGTH)
    on_site = models.BooleanField(default=True, help_text="Whether the feed shows it.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["entry", "-id"], name="notify_of_entry"),
            models.Index(fields=["created_at"], name="notify_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}"

    @property
    def definition(self) -> NotificationKind | None:
        """The row of the registry; ``None`` for a kind that this version of the site does not have."""
        return KINDS.get(self.kind)

    @property
    def actor(self) -> str:
        """The name of the user who caused it, or that of the site."""
        return self.by.display_name if self.by else str(settings.EXTERY_SITE_NAME)

    @property
    def excerpt(self) -> str:
        """The text in one line, without the marks of Markdown."""
        return plain_text(self.text)

    @property
    def headline(self) -> str:
        """The title, such as ``Gear Tool 1.1.0: changes requested``."""
        kind = self.definition
        if kind is None:
            return self.about
        return (
            kind.headline.replace("{by}", "\0").format(subject=self.about).replace("\0", self.actor)
        )


class Subscription(models.Model):
    """A subject that a user follows or has muted."""

    class State(models.TextChoices):
        FOLLOWED = "followed", "Followed"
        MUTED = "muted", "Muted"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="subscriptions")
    key = models.CharField(max_length=MAX_KEY_LENGTH)
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    url = models.CharField(max_length=MAX_URL_LENGTH)
    state = models.CharField(max_length=10, choices=State.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="notify_subscription_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key", "state"], name="notify_followers")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state} {self.key}"


class Preference(models.Model):
    """The channels of one kind, for a user who has changed them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    on_site = models.BooleanField()
    at_once = models.BooleanField()
    daily = models.BooleanField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="notify_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class MailSettings(models.Model):
    """How e-mails reach a user; a user without a row has the defaults."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="mail_settings"
    )
    paused_at = models.DateTimeField(null=True)
    daily_hour = models.PositiveSmallIntegerField(default=DEFAULT_DAILY_HOUR)
    refused_at = models.DateTimeField(
        null=True, help_text="When a mail server last refused the address."
    )

    def __str__(self) -> str:
        return f"{self.user_id}"


class MailJob(models.Model):
    """An e-mail to send about a notification: written with it, kept until a server accepts the e-mail."""

    class Channel(models.TextChoices):
        AT_ONCE = "at_once", "At once"
        DAILY = "daily", "Daily"

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="mails")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True, help_text="Of the worker that sends it now.")
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, help_text="Of the last attempt.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notification", "channel"], name="notify_mailjob_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="notify_due", condition=Q(sent_at=None)),
            models.Index(
                fields=["user", "channel"], name="notify_unsent", condition=Q(sent_at=None)
            ),
            models.Index(fields=["sent_at"], name="notify_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notification_id}"


__all__ = [
    "DEFAULT_DAILY_HOUR",
    "FeedEntry",
    "Group",
    "MailJob",
    "MailSettings",
    "Notification",
    "Preference",
    "Subscription",
]
