"""Entries of the queue, answers and claims; fills the entries from the events of each version."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import extery_site.moderation.models.claim
import extery_site.moderation.models.queue_entry

SIDES = {
    "submitted": "us",
    "changes_requested": "author",
    "withdrawn": "author",
    "approved": "",
    "declined": "",
}
ANSWERS = ("approved", "changes_requested", "declined")


def fill(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    """Create the entries with their waiting times; the hourly job assesses the risks."""
    version_model = apps.get_model("catalog", "Version")
    for version in version_model.objects.exclude(submitted_at=None).iterator(chunk_size=1000):
        fill_entry(apps, version)


def fill_entry(apps: Any, version: Any) -> None:
    entry = apps.get_model("moderation", "QueueEntry")(version_id=version.pk)
    answer_model = apps.get_model("moderation", "Answer")
    events = apps.get_model("catalog", "Event").objects
    earlier = events.filter(
        extension_id=version.extension_id, kind="approved", created_at__lt=version.created_at
    )
    kind = "update" if earlier.exclude(version_id=version.pk).exists() else "first_version"
    for event in events.filter(version_id=version.pk, kind__in=SIDES).order_by("created_at", "pk"):
        time = int(event.created_at.timestamp())
        seconds = max(0, time - entry.since) if entry.side else 0
        if entry.side == "us":
            entry.us_seconds += seconds
        else:
            entry.author_seconds += seconds
        if entry.side == "us" and event.kind in ANSWERS:
            answer_model.objects.create(
                event_id=event.pk, kind=kind, seconds=seconds, created_at=event.created_at
            )
            kind = "changes"
        entry.side, entry.since = SIDES[event.kind], time
    entry.save()


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0011_choices_without_migrations"),
        ("moderation", "0003_decisions_are_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="catalog.event",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=extery_site.moderation.models.queue_entry.answer_choices,
                        max_length=20,
                    ),
                ),
                ("seconds", models.BigIntegerField()),
                ("created_at", models.DateTimeField(help_text="When the decision was made.")),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="moderation_answers_by_time")],
            },
        ),
        migrations.CreateModel(
            name="QueueEntry",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="queue_entry",
                        serialize=False,
                        to="catalog.version",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        blank=True,
                        choices=extery_site.moderation.models.queue_entry.side_choices,
                        max_length=10,
                    ),
                ),
                ("since", models.BigIntegerField(default=0, help_text="Seconds since 1970.")),
                ("us_seconds", models.BigIntegerField(default=0)),
                ("author_seconds", models.BigIntegerField(default=0)),
                ("risk", models.PositiveSmallIntegerField(default=0)),
                (
                    "reasons",
                    models.JSONField(
                        default=list, help_text="Points and text of each reason of the risk."
                    ),
                ),
                (
                    "gained",
                    models.JSONField(
                        default=list, help_text="Permissions that the base version has not."
                    ),
                ),
                ("findings", models.PositiveIntegerField(default=0)),
                ("reports", models.PositiveIntegerField(default=0)),
                ("by_new_author", models.BooleanField(default=False)),
                ("base_number", models.CharField(blank=True, max_length=100)),
                ("lines_added", models.PositiveIntegerField(null=True)),
                ("lines_removed", models.PositiveIntegerField(null=True)),
                ("files_changed", models.PositiveIntegerField(null=True)),
                ("new_hosts", models.JSONField(default=list)),
                (
                    "binaries",
                    models.PositiveIntegerField(default=0, help_text="New and changed binaries."),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["side"], name="moderation_entries_by_side")],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "claimed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=extery_site.moderation.models.claim.claim_end_choices,
                        max_length=20,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who ended it; empty for the site itself.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["claimed_at", "pk"],
                "indexes": [
                    models.Index(fields=["by", "ended_at"], name="moderation_claims_of_a_user")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("version",),
                        name="moderation_one_claim_of_a_version",
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
