"""What is known about each stored package: one `FileCheck` by SHA-256 with a `StepResult` for each check, and its inventory.

None refers to the stored file, so that they keep no file from being removed. Checks remain when an infected one is.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.models import Extension
from extery_site.catalog.models.fields import OrderedJSONField


class FileCheckQuerySet(models.QuerySet["FileCheck"]):
    def due(self, now: datetime) -> FileCheckQuerySet:
        """Return the files that the worker is to check, the one that has waited longest first."""
        return self.filter(due_at__lte=now).order_by("due_at", "pk")


def state_choices() -> list[tuple[str, str]]:
    """Return the choices of `FileCheck.state`; as a function, so that a new one needs no migration."""
    return FileCheck.State.choices


def outcome_choices() -> list[tuple[str, str]]:
    """Return the choices of `StepResult.outcome`; as a function, so that a new one needs no migration."""
    return StepResult.Outcome.choices


class FileCheck(models.Model):
    """The state of the checks of a package, whichever version it belongs to."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        CHECKING = "checking", "Being checked"
        NEEDS_AUTHOR = "needs_author", "Needs the author"
        NEEDS_MODERATOR = "needs_moderator", "Needs a moderator"
        PASSED = "passed", "Passed"
        REJECTED = "rejected", "Rejected"
        UNAVAILABLE = "unavailable", "Scanner unavailable"

    sha256 = models.CharField(max_length=64, primary_key=True)
    state = models.CharField(max_length=16, choices=state_choices, default=State.RECEIVED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When all steps had a result for the last time."
    )
    due_at = models.DateTimeField(
        null=True,
        blank=True,
        db_index=True,
        help_text="When the worker checks it next; empty if nothing is to be done.",
    )
    attempts = models.PositiveIntegerField(
        default=0, help_text="Runs in a row in which a step had no result."
    )
    accepted_signatures = models.JSONField(
        default=list,
        blank=True,
        help_text="Signatures of malware that a moderator found to be a false alarm for this file.",
    )

    objects = FileCheckQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…: {self.get_state_display()}"

    @property
    def is_finished(self) -> bool:
        """Whether every step has a result."""
        return self.state not in UNFINISHED


#: States in which a step has no result yet.
UNFINISHED = frozenset(
    {FileCheck.State.RECEIVED, FileCheck.State.CHECKING, FileCheck.State.UNAVAILABLE}
)


class StepResult(models.Model):
    """The last result of one check of a file, or why there is none."""

    class Outcome(models.TextChoices):
        PASSED = "passed", "Passed"
        FINDINGS = "findings", "Has findings"
        INFECTED = "infected", "Infected"
        NOT_SCANNED = "not_scanned", "Not scanned"
        SKIPPED = "skipped", "Nothing to check"
        FAILED = "failed", "Could not be checked"
        UNAVAILABLE = "unavailable", "Unavailable"

    file_check = models.ForeignKey(FileCheck, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=40)
    outcome = models.CharField(max_length=16, choices=outcome_choices)
    version = models.CharField(
        max_length=200,
        blank=True,
        help_text="The version of the rules, signatures or data that it was made with.",
    )
    problems = OrderedJSONField(default=list, blank=True)
    details = OrderedJSONField(default=dict, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why there is no result.")
    started_at = models.DateTimeField()
    seconds = models.FloatField(help_text="How long the last run took.")
    attempts = models.PositiveIntegerField(
        default=0, help_text="Runs in a row that had no result; an older one stays meanwhile."
    )
    failures = models.PositiveIntegerField(
        default=0, help_text="Runs in a row that ended by a fault of the check, or with the worker."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["file_check", "name"], name="scanning_step_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name", "version"], name="scanning_step_version")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_outcome_display()}"

    @property
    def has_result(self) -> bool:
        """Whether the check was made; without, it is tried again."""
        return self.outcome != self.Outcome.UNAVAILABLE

    @property
    def signature(self) -> str:
        """The name of the malware that was found, or empty."""
        return str(self.details.get("signature", ""))

    @property
    def signatures(self) -> list[str]:
        """The names of all that was found; a moderator accepts each of them."""
        return list(self.details.get("signatures", [self.signature]))


class KnownWheel(models.Model):
    """What is known about a wheel with these bytes: its contents, and the verdict of an index. See `steps.wheels`."""

    sha256 = models.CharField(max_length=64)
    index_url = models.CharField(
        max_length=500, blank=True, help_text="The index of the verdict; empty without one."
    )
    record = OrderedJSONField(default=dict)
    checked_at = models.DateTimeField(help_text="When the index was asked.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sha256", "index_url"], name="scanning_wheel_once")
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…"


class PackageInventory(models.Model):
    """What a package adds to Blender and uses: the value of `extery.inventory.stored.dump_inventory`."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    document = OrderedJSONField()
    version = models.CharField(max_length=40, help_text="The version that it was made with.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "package inventories"

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…"


class KnownBadFile(models.Model):
    """The SHA-256 of a package, or of a file in packages, that moderators do not let in."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(max_length=300, help_text="For moderators only.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "sha256"]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…"


class PackageSketch(models.Model):
    """Fingerprints of the content of a package: the values of `extery_site.scanning.fingerprints.Sketch`."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="+")
    files = models.JSONField(default=list)
    code = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "package sketches"

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…"


class SketchValue(models.Model):
    """An index of fingerprints: an extension with a package that has this one."""

    value = models.BigIntegerField()
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["value", "extension"], name="scanning_value_once")
        ]

    def __str__(self) -> str:
        return f"{self.value:x}"
