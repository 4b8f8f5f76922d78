"""Adds codes that moderators set to block or to inform."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import extery_site.moderation.models.code_blocking


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0011_quarantine"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeBlocking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, unique=True)),
                (
                    "mode",
                    models.CharField(
                        choices=extery_site.moderation.models.code_blocking.mode_choices,
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(help_text="Public.", max_length=500)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "blocking of a code",
                "verbose_name_plural": "blocking of codes",
                "ordering": ["code"],
            },
        ),
    ]
