from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def set_numbers(apps: Any, _schema_editor: Any) -> None:
    """Take the numbers from the versions; events of deleted versions had them as text."""
    events = apps.get_model("catalog", "Event").objects
    versions = apps.get_model("catalog", "Version").objects
    number = Subquery(versions.filter(pk=OuterRef("version")).values("number"))
    events.filter(version__isnull=False).update(version_number=number)
    deleted = events.filter(kind__in=["discarded", "expired"], version_number="")
    deleted.update(version_number=F("text"), text="")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_expiry_of_drafts")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="version_number",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The number of the version, which remains when the version is deleted.",
                max_length=100,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(set_numbers, migrations.RunPython.noop),
    ]
