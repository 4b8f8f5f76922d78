"""Indices of the lists: by downloads with all columns of the order, and of filters by the newest version and by Blender."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("catalog", "0022_home")]

    operations = [
        migrations.RemoveIndex(model_name="extension", name="catalog_extension_popular"),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                models.F("status"),
                models.F("unlisted_at"),
                models.OrderBy(models.F("download_count"), descending=True),
                Lower("name"),
                models.F("id"),
                name="catalog_extension_popular",
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                fields=["status", "unlisted_at", "type", "newest_version"],
                name="catalog_extension_filtered",
            ),
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(
                fields=["extension", "status", "blender_min", "blender_max"],
                name="catalog_version_range",
            ),
        ),
    ]
