"""Deletion, visibility, hand-over and maximum Blender versions; skeletons of ids and names."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from extery_site.catalog.models.skeleton import skeleton


def fill_skeletons(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the skeletons of existing extensions."""
    extensions = apps.get_model("catalog", "Extension").objects.using(
        schema_editor.connection.alias
    )
    batch = []
    for extension in extensions.only("extension_id", "name").order_by("pk").iterator():
        extension.id_skeleton = skeleton(extension.extension_id)
        extension.name_skeleton = skeleton(extension.name)
        batch.append(extension)
        if len(batch) == 500:
            extensions.bulk_update(batch, ["id_skeleton", "name_skeleton"])
            batch.clear()
    extensions.bulk_update(batch, ["id_skeleton", "name_skeleton"])


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0012_statuses_of_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=10000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MaximumSuggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "maximum",
                    models.PositiveIntegerField(
                        help_text="The first Blender that is not supported."
                    ),
                ),
                ("reason", models.TextField(max_length=10000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, max_length=10000)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="extension",
            name="delete_at",
            field=models.DateTimeField(
                blank=True, help_text="When it is deleted, as its owner planned.", null=True
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="extension",
            name="deprecated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="extension",
            name="deprecation_note",
            field=models.TextField(
                blank=True, help_text="Why its owner deprecated it.", max_length=1000
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="erased_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the content of the deleted extension was erased.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="id_skeleton",
            field=models.CharField(db_index=True, default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="extension",
            name="name_skeleton",
            field=models.CharField(db_index=True, default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="extension",
            name="replacement",
            field=models.ForeignKey(
                blank=True,
                help_text="What to use instead of a deprecated extension.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalog.extension",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="unlisted_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when pages and searches leave it out; its page and its updates stay.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                condition=models.Q(("delete_at__isnull", False)),
                fields=["delete_at"],
                name="catalog_extension_delete_at",
            ),
        ),
        migrations.AddIndex(
            model_name="extension",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="catalog_extension_deleted_at",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="extension",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="handovers",
                to="catalog.extension",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="offered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="offered_to",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offered_extensions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="maximumsuggestion",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="maximumsuggestion",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="maximumsuggestion",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="maximum_suggestions",
                to="catalog.version",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("extension",),
                name="catalog_one_open_handover",
            ),
        ),
        migrations.AddConstraint(
            model_name="maximumsuggestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("version", "by"),
                name="catalog_one_open_suggestion",
            ),
        ),
        migrations.RunPython(fill_skeletons, migrations.RunPython.noop),
    ]
