"""Titles cases about users by their user names, and stores which reports have hidden a rating."""

from typing import Any

from django.db import migrations
from django.db.models import F


def _title_by_user_name(apps: Any, _schema_editor: Any) -> None:
    # A full name may be hidden since, and those who reported it read the titles.
    apps.get_model("reports", "Case").objects.filter(kind="user").update(title=F("key"))


def _link_hidden_ratings(apps: Any, _schema_editor: Any) -> None:
    Case, Rating = apps.get_model("reports", "Case"), apps.get_model("ratings", "Rating")
    resolved = Case.objects.filter(kind="rating", status="resolved").exclude(decided_by=None)
    for case in resolved.order_by("decided_at").iterator():
        # Hidden with the decision, not directly: then the note is the reason.
        hidden = Rating.objects.filter(pk=case.target_pk, hidden_by=case.decided_by_id)
        hidden.filter(hidden_reason=case.note).update(hidden_by_case=case.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("ratings", "0002_hidden_by_case"),
        ("reports", "0005_reports_of_cases"),
    ]

    operations = [
        migrations.RunPython(_title_by_user_name, migrations.RunPython.noop),
        migrations.RunPython(_link_hidden_ratings, migrations.RunPython.noop),
    ]
