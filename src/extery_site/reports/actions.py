"""Actions on reports: create, resolve and dismiss."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, require_moderator, require_user
from extery_site.catalog.lifecycle import lock_extension
from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import clean_text
from extery_site.reports.models import Report

#: Maximum number of characters of a report, and of the note that closes it.
MAX_TEXT = 4_000


@transaction.atomic
def report_extension(*, extension: Extension, by: AnyUser, reason: str, text: str) -> Report:
    """Report an extension to the moderators.

    Raises `NotFound` for an extension that the user cannot see, and `InvalidInput` for an unknown
    reason or an empty text.
    """
    reporter = require_user(by)
    if not Extension.objects.visible_to(reporter).filter(pk=lock_extension(extension).pk).exists():
        raise NotFound.of("request.not-found", "unknown extension")
    if reason not in Report.Reason.values:
        raise InvalidInput.of(
            "report.unknown-reason",
            f"unknown reason {reason!r}",
            hint=f"choose one of {', '.join(Report.Reason.values)}",
            where=Where(path=("reason",)),
        )
    text = _required(
        text, "report.text-missing", "text", "describe the problem and where it occurs"
    )
    return Report.objects.create(extension=extension, by=reporter, reason=reason, text=text)


@transaction.atomic
def resolve_report(*, report: Report, by: AnyUser, note: str) -> Report:
    """Close a report that was justified and acted on; raises `Conflict` if it is closed."""
    return _close(report, by, note, Report.Status.RESOLVED)


@transaction.atomic
def dismiss_report(*, report: Report, by: AnyUser, note: str) -> Report:
    """Close a report without action; raises `Conflict` if it is closed."""
    return _close(report, by, note, Report.Status.DISMISSED)


def _close(report: Report, by: AnyUser, note: str, status: Report.Status) -> Report:
    moderator = require_moderator(by)
    note = _required(
        note, "report.note-missing", "note", "describe what was done, or why nothing was done"
    )
    locked = Report.objects.select_for_update().filter(pk=report.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", "this report was deleted with its extension")
    report = locked
    if report.status != Report.Status.OPEN:
        raise Conflict.of(
            "report.already-handled",
            f"this report is already {report.get_status_display().lower()}",
            hint="reload the page to see who handled it",
        )
    report.status = status
    report.note = note
    report.handled_by = moderator
    report.handled_at = timezone.now()
    report.save()
    return report


def _required(text: str, code: str, field: str, hint: str) -> str:
    text = clean_text(text, field=field, max_length=MAX_TEXT)
    if not text:
        raise InvalidInput.of(
            code, f"the {field} is missing", hint=hint, where=Where(path=(field,))
        )
    return text
