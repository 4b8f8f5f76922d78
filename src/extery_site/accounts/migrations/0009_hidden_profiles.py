"""Adds names and texts of profiles that moderators have hidden."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="HiddenProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        blank=True, help_text="The name that was hidden.", max_length=120
                    ),
                ),
                ("about", models.TextField(blank=True, help_text="The text that was hidden.")),
                ("changed_full_name", models.CharField(blank=True, max_length=120)),
                ("changed_about", models.TextField(blank=True, max_length=4000)),
                (
                    "changed_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Since then a change waits for a moderator.",
                        null=True,
                    ),
                ),
                (
                    "hidden_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "hidden_by_case",
                    models.BigIntegerField(
                        blank=True,
                        help_text="The reports with whose decision it was hidden, and is shown if that is reversed.",
                        null=True,
                    ),
                ),
                ("reason", models.TextField(help_text="The user reads it.", max_length=4000)),
                (
                    "hidden_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hidden_profile",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-hidden_at", "-pk"],
            },
        ),
    ]
