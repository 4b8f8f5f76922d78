"""Until when new extensions were compared with followed searches."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0023_indices_of_lists")]

    operations = [
        migrations.CreateModel(
            name="FollowedSearchCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
