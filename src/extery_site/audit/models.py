"""The table of the audit log. Rows are added and read; only old sign-ins are deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from extery_site.audit.actions import SIGN_INS

#: Maximum number of characters of a reason that is kept in a row.
MAX_TEXT_LENGTH = 2_000


class AppendOnlyError(TypeError):
    """Raised for a change or deletion of rows of the audit log."""

    def __init__(self) -> None:
        super().__init__("rows of the audit log cannot be changed or deleted")


class ActionGroup(models.Func):
    """The part of an action up to its dot, by which an index finds the rows of a group in their order."""

    arity = 1
    output_field = models.CharField()
    template = "SUBSTR(%(expressions)s, 1, INSTR(%(expressions)s, '.'))"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the same expression for PostgreSQL."""
        template = "SUBSTR(%(expressions)s, 1, STRPOS(%(expressions)s, '.'))"
        return self.as_sql(compiler, connection, template=template, **context)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **_: Any) -> NoReturn:
        """Raise `AppendOnlyError`."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        """Raise `AppendOnlyError`."""
        raise AppendOnlyError

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Raise `AppendOnlyError`."""
        raise AppendOnlyError

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> list[AuditEntry]:
        """Add rows; raises `AppendOnlyError` for options that change rows which exist."""
        if options.get("update_conflicts"):
            raise AppendOnlyError
        return super().bulk_create(objs, *args, **options)

    def delete_sign_ins(self, *, before: datetime) -> int:
        """Delete sign-ins before a time; return their number. No other row can be deleted."""
        old = self.filter(action__in=SIGN_INS, created_at__lt=before)
        return models.QuerySet.delete(old)[0]

    def newest_first(self) -> AuditEntryQuerySet:
        """Sort entries by time, newest first."""
        return self.order_by("-created_at", "-pk")

    def readable_by(self, pk: int) -> AuditEntryQuerySet:
        """Return the entries that are not withheld from the user with this primary key."""
        return self.exclude(withheld_from__contains=f" {pk} ")

    def about_extension(self, key: str) -> AuditEntryQuerySet:
        """Return the entries about the extension with a normalized id."""
        return self.filter(extension_key=key)


class AuditEntry(models.Model):
    """Who did what, when, to what, and through what.

    It refers to no other row: names and ids are texts of that time, so that it stays readable after
    the user, extension, version or comment is deleted.
    """

    created_at = models.DateTimeField("time", default=timezone.now, editable=False)
    action = models.CharField(max_length=50, help_text="A value of `Action`, event.… or case.…")
    actor_id = models.BigIntegerField(null=True, help_text="Who did it; empty for the site.")
    actor_name = models.CharField("person", max_length=150, blank=True)
    actor_role = models.CharField("role", max_length=20, blank=True)
    origin = models.CharField(
        "through", max_length=10, blank=True, help_text="Empty if that was not recorded."
    )
    person_id = models.BigIntegerField(null=True, help_text="The other person it concerns.")
    person_name = models.CharField("concerns", max_length=150, blank=True)
    extension_key = models.CharField(max_length=200, blank=True)
    extension_name = models.CharField("extension", max_length=200, blank=True)
    version_number = models.CharField("version", max_length=100, blank=True)
    subject = models.CharField(max_length=300, blank=True, help_text="What it was called.")
    path = models.CharField(max_length=300, blank=True, help_text="Its page at that time.")
    text = models.TextField(blank=True, max_length=MAX_TEXT_LENGTH, help_text="The reason.")
    details = models.JSONField(default=dict, blank=True)
    source = models.CharField(
        max_length=40, blank=True, help_text="The row that it was written for, such as event 12."
    )
    withheld_from = models.CharField(
        max_length=100, blank=True, help_text="Primary keys of moderators who may not read it."
    )
    names = models.CharField(max_length=800, blank=True, help_text="All names, for the search.")

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("created_at").desc(), F("id").desc(), name="audit_time"),
            models.Index(F("action"), F("created_at").desc(), F("id").desc(), name="audit_action"),
            models.Index(
                ActionGroup("action"), F("created_at").desc(), F("id").desc(), name="audit_group"
            ),
            models.Index(
                Lower("actor_name"), F("created_at").desc(), F("id").desc(), name="audit_actor"
            ),
            models.Index(
                Lower("person_name"), F("created_at").desc(), F("id").desc(), name="audit_person"
            ),
            models.Index(
                F("extension_key"), F("created_at").desc(), F("id").desc(), name="audit_extension"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source"], condition=~Q(source=""), name="audit_once_a_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.actor_name or 'the site'}: {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; raises `AppendOnlyError` for one that exists."""
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Raise `AppendOnlyError`."""
        raise AppendOnlyError
