"""An index of the feed of the newest versions, which sorted all of them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0024_followed_searches")]

    operations = [
        migrations.AddIndex(
            model_name="version",
            index=models.Index(
                fields=["status", "-approved_at", "-id"], name="catalog_version_approved"
            ),
        ),
    ]
