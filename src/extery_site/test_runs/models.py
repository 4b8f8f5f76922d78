"""The Blenders of the site, and the test of each package in each of them.

A run refers to the hash of a package, so that it keeps no file from being removed.
"""

from __future__ import annotations

import zlib
from typing import ClassVar

from django.db import models
from django.utils import timezone

from extery_site.catalog.models.fields import OrderedJSONField


def state_choices() -> list[tuple[str, str]]:
    """Return the choices of `BlenderRun.state`; as a function, so that a new one needs no migration."""
    return BlenderRun.State.choices


class Blender(models.Model):
    """A program of ``EXTERY_TEST_BLENDERS``, as the worker found it."""

    program = models.CharField(max_length=500, primary_key=True)
    release = models.CharField(max_length=20, blank=True, help_text="Such as 5.3.0.")
    fault = models.CharField(max_length=300, blank=True, help_text="Why nothing runs in it.")
    since = models.DateTimeField(default=timezone.now, help_text="When it was found first.")
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.release or self.program


class BlenderRun(models.Model):
    """The test of a package in a release of Blender, made with a version of the test."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        #: A fault of the machine, and not of the package.
        NOT_RUN = "not_run", "Could not run"

    sha256 = models.CharField(max_length=64)
    release = models.CharField(max_length=20)
    harness = models.PositiveIntegerField(help_text="The version of the test.")
    state = models.CharField(max_length=10, choices=state_choices, default=State.WAITING)
    is_of_catalogue = models.BooleanField(
        default=False, help_text="Whether it counts for EXTERY_TEST_RUNS."
    )
    claims = models.PositiveIntegerField(
        default=0, help_text="How often it was started; only the last start can store a result."
    )
    attempts = models.PositiveIntegerField(
        default=0, help_text="Starts in a row that had no result."
    )
    due_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="When it is started next; empty if not."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(default=0)
    failed_step = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=300, blank=True, help_text="What failed, or why not run.")
    problems = OrderedJSONField(default=list, blank=True)
    packed_log = models.BinaryField(default=bytes, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sha256", "release", "harness"], name="test_runs_run_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["is_of_catalogue", "started_at"], name="test_runs_pace")
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}… in {self.release}: {self.get_state_display()}"

    @property
    def has_result(self) -> bool:
        return self.state in {self.State.PASSED, self.State.FAILED}

    @property
    def log(self) -> str:
        """What happened, for the owner and moderators: text without control characters but line ends."""
        return zlib.decompress(self.packed_log).decode() if self.packed_log else ""


class BreakNotice(models.Model):
    """That the owner of an extension was told that it breaks in a Blender, such as 5003000 for 5.3: once for each."""

    extension = models.ForeignKey("catalog.Extension", on_delete=models.CASCADE, related_name="+")
    blender = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["extension", "blender"], name="test_runs_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.extension_id}: {self.blender}"


class NewBlender(models.Model):
    """A series about which the site knows something, and since when; owners are told of breaks in those that came later."""

    blender = models.PositiveIntegerField(primary_key=True)
    is_first = models.BooleanField(default=False, help_text="Known from the beginning.")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.blender)
