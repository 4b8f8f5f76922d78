"""Creates the tables of new sites in one step; other sites have run what it replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("listings", "0001_initial"),
        ("listings", "0002_entries"),
        ("listings", "0003_render_entries"),
        ("listings", "0004_download_clients"),
    ]

    dependencies = [
        ("catalog", "0001_squashed_0015_ratings"),
    ]

    operations = [
        migrations.CreateModel(
            name="DownloadClient",
            fields=[
                ("digest", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("day", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="DownloadDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ListedExtension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("id_key", models.CharField(max_length=200, unique=True)),
                ("revision", models.PositiveBigIntegerField(db_index=True)),
                (
                    "extension",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalog.extension",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListingEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_key", models.CharField(max_length=300)),
                ("blender_min", models.PositiveIntegerField()),
                ("blender_max", models.PositiveIntegerField(null=True)),
                ("platforms", models.JSONField(default=list)),
                ("python_versions", models.JSONField(default=list)),
                ("before_address", models.TextField()),
                ("after_address", models.TextField()),
                (
                    "listed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="listings.listedextension",
                    ),
                ),
                (
                    "package",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listing_entry",
                        to="catalog.package",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.version",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
    ]
