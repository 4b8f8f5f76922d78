"""`Activity` becomes `Event`, which also holds what was in moderation's `Decision`."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = [
    ("comment", "Comment"),
    ("uploaded", "Package uploaded"),
    ("discarded", "Version discarded"),
    ("submitted", "Submitted for review"),
    ("withdrawn", "Withdrawn from review"),
    ("approved", "Approved"),
    ("changes_requested", "Changes requested"),
    ("declined", "Declined"),
    ("blocked", "Blocked"),
    ("unblocked", "Block lifted"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_declined"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel("Activity", "Event"),
        migrations.AlterModelOptions("event", {"ordering": ["created_at", "pk"]}),
        migrations.AlterField(
            "event",
            "extension",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="catalog.extension",
            ),
        ),
        migrations.AlterField(
            "event",
            "version",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="events",
                to="catalog.version",
            ),
        ),
        migrations.AlterField(
            "event",
            "by",
            models.ForeignKey(
                blank=True,
                help_text="Who did it; empty for the site itself.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField("event", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.AlterField(
            "event",
            "text",
            models.TextField(
                blank=True,
                help_text="Reason, comment or release notes, in Markdown.",
                max_length=10000,
            ),
        ),
        migrations.AddField(
            "event",
            "packages",
            models.JSONField(
                blank=True,
                default=list,
                help_text="The SHA-256 of each package that a decision is about.",
            ),
        ),
        migrations.AddIndex(
            "event",
            models.Index(fields=["kind", "-created_at"], name="catalog_event_kind"),
        ),
    ]
