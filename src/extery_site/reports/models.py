"""Cases, which group the reports of one thing, their history, and appeals against decisions."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from extery_site.accounts.models import Suspension
from extery_site.catalog.models import Event, Extension
from extery_site.reports.reasons import Reason, reason_choices

#: Maximum number of characters of a report, of an entry of a case, and of an appeal and its answer.
MAX_REPORT_LENGTH = 4_000


def _user(related_name: str = "+") -> models.ForeignKey:  # type: ignore[type-arg]
    """Return a reference to a user, which is empty after the user is deleted."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name=related_name,
    )


class Case(models.Model):
    """The reports of one thing, until a moderator resolves or dismisses them together.

    A report that follows the decision begins another case.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        RESOLVED = "resolved", "Resolved"
        DISMISSED = "dismissed", "Dismissed"
        WITHDRAWN = "withdrawn", "Taken back"

    kind = models.CharField(max_length=20, help_text="A name of the targets.")
    target_pk = models.BigIntegerField(help_text="The primary key of the reported thing.")
    key = models.CharField(max_length=200, help_text="Its key in addresses.")
    title = models.CharField(max_length=300, help_text="What it was called at the last report.")
    extension = models.ForeignKey(
        Extension, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    person = _user("cases_about")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    note = models.TextField(
        blank=True, max_length=MAX_REPORT_LENGTH, help_text="The answer that the reporters read."
    )
    decided_by = _user()
    decided_at = models.DateTimeField(null=True, blank=True)
    assigned_to = _user()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "target_pk"],
                condition=Q(status="open"),
                name="reports_case_open_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "created_at"], name="reports_case_status"),
            models.Index(fields=["kind", "target_pk"], name="reports_case_target"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class ReportQuerySet(models.QuerySet["Report"]):
    def standing(self) -> ReportQuerySet:
        """Return reports that were not taken back."""
        return self.filter(withdrawn_at=None)


class Report(models.Model):
    """A report of a thing; ``by`` is empty if it was sent without a name."""

    Reason = Reason

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    by = _user("reports")
    is_anonymous = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, choices=reason_choices)
    text = models.TextField(max_length=MAX_REPORT_LENGTH)
    version = models.CharField(max_length=100, blank=True, help_text="The version it is about.")
    blender = models.CharField(max_length=100, blank=True, help_text="Blender and system.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "by"],
                condition=Q(withdrawn_at=None),
                name="reports_report_once_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_reason_display()}"


def entry_kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `CaseEntry.kind`; as a function, so that a new one needs no migration."""
    return CaseEntry.Kind.choices


class CaseEntry(models.Model):
    """One step in the history of a case."""

    class Kind(models.TextChoices):
        REPORTED = "reported", "reported it"
        ADDED = "added", "added to the report"
        WITHDRAWN = "withdrawn", "took the report back"
        CLAIMED = "claimed", "claimed it"
        RELEASED = "released", "released it"
        NOTE = "note", "left a note for moderators"
        ASKED_REPORTERS = "asked_reporters", "asked the people who reported it"
        ASKED_PERSON = "asked_person", "asked the reported person"
        ANSWERED = "answered", "answered"
        RESOLVED = "resolved", "resolved it"
        DISMISSED = "dismissed", "dismissed it"
        REOPENED = "reopened", "reopened it"
        APPEALED = "appealed", "appealed"
        HIDDEN = "hidden", "hid it until a decision"
        PROFILE_HIDDEN = "profile_hidden", "hid the name and text of the profile"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=20, choices=entry_kind_choices)
    by = _user()
    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, null=True, blank=True, related_name="entries"
    )
    text = models.TextField(blank=True, max_length=MAX_REPORT_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}"


class Appeal(models.Model):
    """A person's appeal against a decision about them, which another moderator decides.

    It is about an event of the review (a declined version, a block), a suspension, or a case.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        GRANTED = "granted", "Granted"
        REJECTED = "rejected", "Rejected"

    by = _user("appeals")
    decision = models.CharField(
        max_length=40, unique=True, help_text="The kind of decision and its primary key."
    )
    title = models.CharField(max_length=300)
    event = models.ForeignKey(
        Event, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    suspension = models.ForeignKey(
        Suspension, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    case = models.ForeignKey(
        Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="appeals"
    )
    first_decided_by = _user()
    text = models.TextField(max_length=MAX_REPORT_LENGTH)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    answer = models.TextField(blank=True, max_length=MAX_REPORT_LENGTH)
    decided_by = _user()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"Appeal: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:appeal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN
