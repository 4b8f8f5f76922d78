"""Every report is part of a case, which has the outcome."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_group_reports")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reports",
                to="reports.case",
            ),
        ),
        migrations.RemoveIndex(
            model_name="report",
            name="reports_report_open",
        ),
        migrations.RemoveField(
            model_name="report",
            name="extension",
        ),
        migrations.RemoveField(
            model_name="report",
            name="handled_at",
        ),
        migrations.RemoveField(
            model_name="report",
            name="handled_by",
        ),
        migrations.RemoveField(
            model_name="report",
            name="note",
        ),
        migrations.RemoveField(
            model_name="report",
            name="status",
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("case", "by"),
                name="reports_report_once_a_person",
            ),
        ),
    ]
