"""Adds the reports that have hidden a rating."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ratings", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="rating",
            name="hidden_by_case",
            field=models.BigIntegerField(
                blank=True,
                help_text="The reports with whose decision it was hidden, and is shown if that is reversed.",
                null=True,
            ),
        ),
    ]
