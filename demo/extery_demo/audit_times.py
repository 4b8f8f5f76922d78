"""The times of the audit log of the demo: those of the events and steps that its rows are about."""

from __future__ import annotations

from django.db.models import QuerySet

from extery_site.accounts.models import HiddenProfile, Suspension
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Event
from extery_site.reports.models import Appeal, CaseEntry


def date_audit_log(*, after: int = 0) -> None:
    """Give the rows with a greater key the times of what they were written for.

    The log refuses such a change, so a plain query makes it.
    """
    entries = list(AuditEntry.objects.filter(pk__gt=after).exclude(source=""))
    keys: dict[str, list[str]] = {}
    for entry in entries:
        name, _, pk = entry.source.partition(" ")
        keys.setdefault(name, []).append(pk)
    times = {
        f"{name} {pk}": time
        for name, model in (
            ("event", Event),
            ("case-entry", CaseEntry),
            ("suspension", Suspension),
            ("appeal", Appeal),
        )
        for pk, time in model.objects.filter(pk__in=keys.get(name, ())).values_list(
            "pk", "created_at"
        )
    }
    profiles = HiddenProfile.objects.filter(pk__in=keys.get("hidden-profile", ()))
    hidden = profiles.values_list("pk", "hidden_at")
    times |= {f"hidden-profile {pk}": time for pk, time in hidden}
    rows = [entry for entry in entries if entry.source in times]
    for entry in rows:
        entry.created_at = times[entry.source]
    plain: QuerySet[AuditEntry] = QuerySet(AuditEntry)
    plain.bulk_update(rows, ["created_at"], batch_size=500)
