"""Creates the tables of new sites in one step; other sites have run what it replaces."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import extery_site.moderation.models.block_request
import extery_site.moderation.models.claim
import extery_site.moderation.models.queue_entry
import extery_site.moderation.models.try_address


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("moderation", "0001_initial"),
        ("moderation", "0002_decision_packages"),
        ("moderation", "0003_decisions_are_events"),
        ("moderation", "0004_queue"),
        ("moderation", "0005_tasks"),
        ("moderation", "0006_block_requests"),
        ("moderation", "0007_review_page"),
    ]

    dependencies = [
        ("catalog", "0001_squashed_0015_ratings"),
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
            name="PackageDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "old_sha256",
                    models.CharField(
                        blank=True, help_text="Empty for a first version.", max_length=64
                    ),
                ),
                ("new_sha256", models.CharField(max_length=64)),
                ("format", models.PositiveSmallIntegerField()),
                ("data", models.JSONField()),
                (
                    "computed_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("old_sha256", "new_sha256", "format"),
                        name="moderation_difference_once",
                    )
                ],
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
            name="SavedReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=100, unique=True)),
                (
                    "text",
                    models.TextField(help_text="Markdown with placeholders.", max_length=10000),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "saved replies",
                "ordering": ["title", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                (
                    "place",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What it is about: the SHA-256 of a package, a file in it and a line.",
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        blank=True, help_text="The finding that it is about.", max_length=64
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="The code of that finding.", max_length=100
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the author received it; empty before.",
                        null=True,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("done_note", models.CharField(blank=True, max_length=500)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty if the site found it done.",
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
                        related_name="tasks",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="BlockRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "numbers",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Numbers of the versions to block; empty for the whole extension.",
                    ),
                ),
                ("reason", models.TextField(help_text="Public.", max_length=2000)),
                (
                    "note",
                    models.TextField(blank=True, help_text="For moderators.", max_length=10000),
                ),
                (
                    "state",
                    models.CharField(
                        choices=extery_site.moderation.models.block_request.block_request_state_choices,
                        default="open",
                        max_length=20,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, max_length=10000)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "extension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="block_requests",
                        to="catalog.extension",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("extension",),
                        name="moderation_block_request_open_once",
                    )
                ],
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
        migrations.CreateModel(
            name="TryAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("packages", models.JSONField(help_text="The SHA-256 of each package.")),
                (
                    "nonce",
                    models.CharField(
                        default=extery_site.moderation.models.try_address.make_nonce,
                        editable=False,
                        max_length=32,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was taken back.", null=True
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="try_addresses",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "try addresses",
                "indexes": [
                    models.Index(fields=["user", "version"], name="moderation_try_addresses")
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("code", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=500)),
                (
                    "version_number",
                    models.CharField(
                        help_text="The version in whose review it was accepted.", max_length=100
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
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
                    "extension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waivers",
                        to="catalog.extension",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("extension", "fingerprint"), name="moderation_waiver_once"
                    )
                ],
            },
        ),
    ]
