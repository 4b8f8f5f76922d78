"""Give every report a case: one for the open reports of an extension, and one for each closed report."""

from typing import Any

from django.db import migrations


def group(apps: Any, _schema_editor: Any) -> None:
    """Keep all texts: a second open report by the same user is an addition to the first one."""
    Report = apps.get_model("reports", "Report")
    Case = apps.get_model("reports", "Case")
    CaseEntry = apps.get_model("reports", "CaseEntry")
    open_cases: dict[int, Any] = {}
    reports = Report.objects.filter(case=None).select_related("extension")
    for report in reports.order_by("created_at", "pk"):
        is_open = report.status == "open"
        case = open_cases.get(report.extension_id) if is_open else None
        if case is None:
            case = Case.objects.create(
                kind="extension",
                target_pk=report.extension_id,
                key=report.extension.extension_id,
                title=report.extension.name[:300],
                extension_id=report.extension_id,
                person_id=report.extension.owner_id,
                status=report.status,
                note=report.note,
                decided_by_id=report.handled_by_id,
                decided_at=report.handled_at,
                created_at=report.created_at,
            )
        if is_open:
            open_cases[report.extension_id] = case
        entry = CaseEntry(case=case, by_id=report.by_id, created_at=report.created_at)
        first = report.by_id and Report.objects.filter(case=case, by_id=report.by_id).first()
        if first:
            entry.kind, entry.report, entry.text = "added", first, report.text
            entry.save()
            report.delete()
            continue
        report.case = case
        report.save(update_fields=["case"])
        entry.kind, entry.report = "reported", report
        entry.save()
        if not is_open:
            CaseEntry.objects.create(
                case=case,
                kind=report.status,
                by_id=report.handled_by_id,
                text=report.note,
                created_at=report.handled_at or report.created_at,
            )


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_cases")]

    operations = [migrations.RunPython(group, migrations.RunPython.noop)]
