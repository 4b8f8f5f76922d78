"""A report comes in, and a moderator resolves or dismisses it with a note."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, require_moderator, require_person
from extery_site.catalog.lifecycle import lock_extension
from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import checked_text
from extery_site.reports.models import Report

#: Characters of a report, and of the note that closes it.
MAX_TEXT = 4_000


@transaction.atomic
def report_extension(*, extension: Extension, by: AnyUser, reason: str, text: str) -> Report:
    """Tell the moderators that something is wrong with an extension."""
    person = require_person(by)
    if not Extension.objects.visible_to(person).filter(pk=lock_extension(extension).pk).exists():
        raise NotFound.of("request.not-found", "there is no such extension")
    if reason not in Report.Reason.values:
        raise InvalidInput.of(
            "report.unknown-reason",
            f"there is no reason {reason!r}",
            hint=f"choose one of {', '.join(Report.Reason.values)}",
            where=Where(path=("reason",)),
        )
    text = _required(text, "report.text-missing", "text", "say what is wrong and where it shows")
    return Report.objects.create(extension=extension, by=person, reason=reason, text=text)


@transaction.atomic
def resolve_report(*, report: Report, by: AnyUser, note: str) -> Report:
    """Close a report that was right and that led to something."""
    return _close(report, by, note, Report.Status.RESOLVED)


@transaction.atomic
def dismiss_report(*, report: Report, by: AnyUser, note: str) -> Report:
    """Close a report that leads to nothing."""
    return _close(report, by, note, Report.Status.DISMISSED)


def _close(report: Report, by: AnyUser, note: str, status: Report.Status) -> Report:
    moderator = require_moderator(by)
    note = _required(note, "report.note-missing", "note", "say what was done, or why nothing was")
    found = Report.objects.select_for_update().filter(pk=report.pk).first()
    if found is None:
        raise NotFound.of("request.not-found", "this report was deleted with its extension")
    report = found
    if report.status != Report.Status.OPEN:
        raise Conflict.of(
            "report.handled-already",
            f"this report is {report.get_status_display().lower()} already",
            hint="load the page again to see by whom",
        )
    report.status = status
    report.note = note
    report.handled_by = moderator
    report.handled_at = timezone.now()
    report.save()
    return report


def _required(text: str, code: str, field: str, hint: str) -> str:
    text = checked_text(text, field=field, most=MAX_TEXT)
    if not text:
        raise InvalidInput.of(
            code, f"the {field} is missing", hint=hint, where=Where(path=(field,))
        )
    return text
