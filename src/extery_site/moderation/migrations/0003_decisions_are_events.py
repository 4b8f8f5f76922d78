"""Each `Decision` repeats an event of the same transaction: keep the event, with the packages."""

from datetime import timedelta
from typing import Any

from django.db import migrations

#: An event and its decision were written right after each other.
SAME_TRANSACTION = timedelta(seconds=10)


def merge(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    decision_model = apps.get_model("moderation", "Decision")
    event_model = apps.get_model("catalog", "Event")
    merged: set[int] = set()
    for decision in decision_model.objects.order_by("pk").iterator(chunk_size=1000):
        events = event_model.objects.filter(
            extension_id=decision.extension_id,
            version_id=decision.version_id,
            by_id=decision.by_id,
            kind=decision.kind,
            created_at__gte=decision.created_at - SAME_TRANSACTION,
            created_at__lte=decision.created_at + SAME_TRANSACTION,
        ).order_by("pk")
        event = next((event for event in events if event.pk not in merged), None)
        if event is None:
            event = event_model(
                extension_id=decision.extension_id,
                version_id=decision.version_id,
                by_id=decision.by_id,
                kind=decision.kind,
                text=decision.reason,
                created_at=decision.created_at,
            )
        event.packages = decision.packages
        event.save()
        merged.add(event.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_decision_packages"),
        ("catalog", "0003_event"),
    ]

    operations = [
        migrations.RunPython(merge, migrations.RunPython.noop),
        migrations.DeleteModel("Decision"),
    ]
