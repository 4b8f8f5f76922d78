"""Add references to stored files beside the names of files."""

import django.db.models.deletion
from django.db import migrations, models

REFERENCES = [("package", "file"), ("image", "file"), ("image", "small"), ("image", "large")]


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_image_variants"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name=model,
            name=f"stored_{field}",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        )
        for model, field in REFERENCES
    ]
