"""Entries of the review queue: what its pages show and sort by, computed when a version changes.

`extery_site.moderation.event_queue` keeps them up to date.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Value, When

from extery_site.catalog.models import Event, Extension, Version

#: Statuses of extensions of which no version is in a list of the queue.
CLOSED = (Extension.Status.BLOCKED, Extension.Status.DELETED)


def side_choices() -> list[tuple[str, str]]:
    """Return the choices of `QueueEntry.side`; as a function, so that a new one needs no migration."""
    return QueueEntry.Side.choices


class QueueEntryQuerySet(models.QuerySet["QueueEntry"]):
    def with_waits(self, now: datetime) -> QueueEntryQuerySet:
        """Annotate ``with_us`` and ``with_author``, the seconds of each at ``now``."""
        running = Value(int(now.timestamp()), models.BigIntegerField()) - F("since")
        return self.annotate(
            with_us=Case(
                When(side=QueueEntry.Side.US, then=F("us_seconds") + running),
                default=F("us_seconds"),
                output_field=models.BigIntegerField(),
            ),
            with_author=Case(
                When(side=QueueEntry.Side.AUTHOR, then=F("author_seconds") + running),
                default=F("author_seconds"),
                output_field=models.BigIntegerField(),
            ),
        )

    def of_open_extensions(self) -> QueueEntryQuerySet:
        """Leave out the versions of blocked and deleted extensions.

        Those are looked up by an index, which costs less than reading the extension of each entry.
        """
        return self.exclude(version__extension__in=Extension.objects.filter(status__in=CLOSED))


class QueueEntry(models.Model):
    """The risk, the change and the waiting times of a version that was submitted."""

    class Side(models.TextChoices):
        US = "us", "With us"
        AUTHOR = "author", "With the author"
        NONE = "", "Not waiting"

    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, related_name="queue_entry", primary_key=True
    )

    # The waiting times: complete periods in seconds, and the running one since ``since``.
    side = models.CharField(max_length=10, choices=side_choices, blank=True)
    since = models.BigIntegerField(default=0, help_text="Seconds since 1970.")
    us_seconds = models.BigIntegerField(default=0)
    author_seconds = models.BigIntegerField(default=0)

    # The risk, and what it is about.
    risk = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(
        default=list, help_text="Points and text of each reason of the risk."
    )
    gained = models.JSONField(default=list, help_text="Permissions that the base version has not.")
    findings = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0)
    by_new_author = models.BooleanField(default=False)

    first_approval = models.ForeignKey(
        Event,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The approval that waits for a second moderator.",
    )

    is_quarantined = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether a package is in quarantine: the queue shows it only if it is asked to.",
    )

    # The difference of the packages from the base version; measured by a task.
    base_number = models.CharField(max_length=100, blank=True)
    lines_added = models.PositiveIntegerField(null=True)
    lines_removed = models.PositiveIntegerField(null=True)
    files_changed = models.PositiveIntegerField(null=True)
    new_hosts = models.JSONField(default=list)
    compared = models.JSONField(
        default=list,
        help_text="The SHA-256 of the packages that were compared, those of the base last; "
        "empty if something was left out.",
    )
    binaries = models.PositiveIntegerField(default=0, help_text="New and changed binaries.")

    objects = QueueEntryQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["side"], name="moderation_entries_by_side"),
        ]

    def __str__(self) -> str:
        return str(self.version)


def answer_choices() -> list[tuple[str, str]]:
    """Return the choices of `Answer.kind`; as a function, so that a new one needs no migration."""
    return Answer.Kind.choices


class Answer(models.Model):
    """How long a submission waited for the decision ``event``."""

    class Kind(models.TextChoices):
        FIRST_VERSION = "first_version", "First version of an extension"
        UPDATE = "update", "Update"
        CHANGES = "changes", "Answer to requested changes"

    event = models.OneToOneField(
        Event, on_delete=models.CASCADE, related_name="answer", primary_key=True
    )
    kind = models.CharField(max_length=20, choices=answer_choices)
    seconds = models.BigIntegerField()
    created_at = models.DateTimeField(help_text="When the decision was made.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at"], name="moderation_answers_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.seconds} s"
