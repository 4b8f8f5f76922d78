"""Actions on reports: create, resolve and dismiss."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.permissions import (
    AnyUser,
    may_moderate,
    require_moderator,
    require_user,
)
from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Extension
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.text_limits import clean_text
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.reports.models import MAX_REPORT_LENGTH, Report


@transaction.atomic
def report_extension(
    *, extension: Extension, by: AnyUser, reason: str, text: str, address: str | None = None
) -> Report:
    """Report an extension to the moderators.

    Raises `NotFound` for an extension that the user cannot see, `InvalidInput` for an unknown
    reason or an empty text, and `Refused` if a quota of the user or of the client's ``address``
    is exceeded.
    """
    reporter = require_user(by)
    if not Extension.objects.visible_to(reporter).filter(pk=lock_extension(extension).pk).exists():
        raise NotFound.of("request.not-found", variant="extension", id=extension.extension_id)
    if reason not in Report.Reason.values:
        raise InvalidInput.of(
            "report.unknown-reason",
            where=Where(path=("reason",)),
            reason=reason,
            choices=", ".join(Report.Reason.values),
        )
    text = _require_text(text, field="text", code="report.text-missing")
    if not may_moderate(reporter):
        use_quota(QuotaKind.REPORTS, account=reporter.pk, address=address)
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
    note = _require_text(note, field="note", code="report.note-missing")
    locked = Report.objects.select_for_update().filter(pk=report.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="report")
    report = locked
    require_work_of_others(moderator, report.extension)
    if report.status != Report.Status.OPEN:
        raise Conflict.of(
            "report.already-handled",
            status=report.get_status_display().lower(),
        )
    report.status = status
    report.note = note
    report.handled_by = moderator
    report.handled_at = timezone.now()
    report.save()
    return report


def _require_text(text: str, *, field: str, code: str) -> str:
    text = clean_text(text, field=field, max_length=MAX_REPORT_LENGTH)
    if not text:
        raise InvalidInput.of(code, where=Where(path=(field,)))
    return text
