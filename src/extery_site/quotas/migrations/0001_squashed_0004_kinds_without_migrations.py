"""Creates the tables of new sites in one step; other sites have run what it replaces."""

from django.db import migrations, models

import extery_site.quotas.models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("quotas", "0001_initial"),
        ("quotas", "0002_sign_ins_and_emails"),
        ("quotas", "0003_cached_values"),
        ("quotas", "0004_kinds_without_migrations"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CachedValue",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="QuotaUsage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=extery_site.quotas.models.kind_choices, max_length=16),
                ),
                ("subject", models.CharField(max_length=80)),
                ("number", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "subject"), name="quotas_usage_once")
                ],
            },
        ),
    ]
