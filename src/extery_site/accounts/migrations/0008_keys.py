"""Adds the switch of keys in reviews."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_volunteers"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="uses_keys",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Single keys work in the review queue and in reviews; the key ? lists them.",
                verbose_name="keys",
            ),
        ),
    ]
