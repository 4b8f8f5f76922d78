"""The times of the audit log of the demo: those of the events and steps that its rows are about."""

from __future__ import annotations

from django.db.models import QuerySet

from extery_site.accounts.models import HiddenProfile, Suspension
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Event
from extery_site.reports.models import Appeal, CaseEntry


def date_audit_log() -> None:
    """Give rows the times of what they were written for.

    The log refuses such a change, so a plain query makes it.
    """
    times = {
        f"{name} {pk}": time
        for name, model in (
            ("event", Event),
            ("case-entry", CaseEntry),
            ("suspension", Suspension),
            ("appeal", Appeal),
        )
        for pk, time in model.objects.values_list("pk", "created_at")
    }
    hidden = HiddenProfile.objects.values_list("pk", "hidden_at")
    times |= {f"hidden-profile {pk}": time for pk, time in hidden}
    rows = [entry for entry in AuditEntry.objects.exclude(source="") if entry.source in times]
    for entry in rows:
        entry.created_at = times[entry.source]
    plain: QuerySet[AuditEntry] = QuerySet(AuditEntry)
    plain.bulk_update(rows, ["created_at"], batch_size=500)
