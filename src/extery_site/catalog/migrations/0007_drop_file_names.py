"""Drop the names of files: the references to stored files take their place."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def replace(model: str, field: str, *, null: bool = False) -> list[Operation]:
    """Let the reference take the place of the name."""
    reference: models.ForeignKey[Any, Any] = models.ForeignKey(
        blank=null,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="files.storedfile",
    )
    return [
        # The default is for the way back, on which the column is added to rows.
        migrations.AlterField(
            model_name=model, name=field, field=models.FileField(default="", max_length=200)
        ),
        migrations.RemoveField(model_name=model, name=field),
        migrations.RenameField(model_name=model, old_name=f"stored_{field}", new_name=field),
        migrations.AlterField(model_name=model, name=field, field=reference),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_fill_stored_files"),
    ]

    operations = [
        *replace("package", "file"),
        *replace("image", "file"),
        *replace("image", "small", null=True),
        *replace("image", "large", null=True),
    ]
