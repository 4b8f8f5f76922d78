"""The texts of the most downloaded extensions, which are searched first. A job marks them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="searchdocument",
            name="is_popular",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whether its extension is one of the most downloaded ones, which are searched first.",
            ),
        ),
        migrations.AddIndex(
            model_name="searchdocument",
            index=models.Index(
                condition=models.Q(("is_popular", True)),
                fields=["extension"],
                name="search_popular_documents",
            ),
        ),
    ]
