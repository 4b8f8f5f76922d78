"""Actions of people who report something: report it, add to the report, take it back."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import (
    AnyUser,
    is_active_user,
    may_moderate,
    require_user,
)
from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import MAX_NUMBER_LENGTH, clean_text
from extery_site.project.database import lock_transaction
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.reports import notifications
from extery_site.reports.entries import add_entry
from extery_site.reports.handlers import call_handlers
from extery_site.reports.models import Case, CaseEntry, Report
from extery_site.reports.reported_ratings import follow_decision, hide_if_reported_often
from extery_site.reports.targets import Target, find_target, lock_target
from extery_site.reports.texts import require_text

#: Maximum number of characters of the field for Blender and system.
MAX_BLENDER_LENGTH = 100


@transaction.atomic
def report_target(
    *,
    target: Target,
    by: AnyUser,
    reason: str,
    text: str,
    version: str = "",
    blender: str = "",
    anonymous: bool = False,
    address: str | None = None,
) -> Report:
    """Report a thing to the moderators, in its open case.

    With ``anonymous``, or for a visitor without an account, no name is stored; both only if
    ``EXTERY_ANONYMOUS_REPORTS`` allows it.

    Raises `NotFound` for a thing that ``by`` cannot see, `InvalidInput` for an unknown reason or an
    empty text, `Conflict` for a second report of the same thing, and `Refused` for one's own things,
    without an account, or if a quota of the user or of the client's ``address`` is exceeded.
    """
    account = _account(by)
    if anonymous and not settings.EXTERY_ANONYMOUS_REPORTS:
        raise Refused.of("report.name-needed")
    target = lock_target(target, by)
    if account is not None and target.owner is not None and account.pk == target.owner.pk:
        raise Refused.of("report.own", title=target.title)
    _check_reason(target, reason)
    text = require_text(text, field="text", code="report.text-missing")
    version = clean_text(version, field="version", max_length=MAX_NUMBER_LENGTH)
    blender = clean_text(blender, field="blender", max_length=MAX_BLENDER_LENGTH)
    reporter = None if anonymous else account
    case = _open_case(target)
    if reporter and case.reports.standing().filter(by=reporter).exists():
        raise Conflict.of("report.already-reported", title=target.title)
    if not may_moderate(by):
        use_quota(
            QuotaKind.REPORTS, account=account.pk if account is not None else None, address=address
        )
    report = Report.objects.create(
        case=case,
        by=reporter,
        is_anonymous=reporter is None,
        reason=reason,
        text=text,
        version=version,
        blender=blender,
    )
    add_entry(case, CaseEntry.Kind.REPORTED, by=reporter, report=report)
    notifications.reported(report)
    hide_if_reported_often(case)
    call_handlers(case)
    return report


def report_extension(
    *, extension: Extension, by: AnyUser, reason: str, text: str, address: str | None = None
) -> Report:
    """Report an extension; see `report_target`."""
    target = find_target("extension", extension.extension_id, by)
    return report_target(target=target, by=by, reason=reason, text=text, address=address)


@transaction.atomic
def add_to_report(
    *, report: Report, by: AnyUser, text: str, address: str | None = None
) -> CaseEntry:
    """Add a text to an own open report; raises `Conflict` if the case is closed."""
    reporter = require_user(by)
    report = _lock_own(report, reporter)
    text = require_text(text, field="text", code="report.text-missing")
    if not may_moderate(reporter):
        use_quota(QuotaKind.REPORTS, account=reporter.pk, address=address)
    return add_entry(report.case, CaseEntry.Kind.ADDED, by=reporter, report=report, text=text)


@transaction.atomic
def withdraw_report(*, report: Report, by: AnyUser) -> Report:
    """Take an own open report back; the case is closed if no other report stands."""
    reporter = require_user(by)
    report = _lock_own(report, reporter)
    case = report.case
    report.withdrawn_at = timezone.now()
    report.save(update_fields=["withdrawn_at"])
    add_entry(case, CaseEntry.Kind.WITHDRAWN, by=reporter, report=report)
    if not case.reports.standing().exists():
        case.status = Case.Status.WITHDRAWN
        case.decided_at = timezone.now()
        case.save(update_fields=["status", "decided_at"])
        follow_decision(case, None)
    call_handlers(case)
    return report


def lock_case(case: Case) -> Case:
    """Return the current case, locked until the transaction ends; raises `NotFound` if it was deleted.

    Its extension is locked first, as by a report: with a fixed order no two transactions deadlock.
    """
    if case.extension_id is not None:
        Extension.objects.select_for_update().filter(pk=case.extension_id).first()
    locked = Case.objects.select_for_update().filter(pk=case.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="report")
    return locked


def require_open(case: Case) -> Case:
    """Return the case; raises `Conflict` if it is closed."""
    if not case.is_open:
        raise Conflict.of("report.already-handled", status=case.get_status_display().lower())
    return case


def _account(by: AnyUser) -> User | None:
    """Return the account that reports, ``None`` for a visitor if the site allows that."""
    if settings.EXTERY_ANONYMOUS_REPORTS and not is_active_user(by):
        return None
    return require_user(by)


def _check_reason(target: Target, reason: str) -> None:
    choices = [choice.value for choice in target.row.reasons]
    if reason not in choices:
        raise InvalidInput.of(
            "report.unknown-reason",
            where=Where(path=("reason",)),
            reason=reason,
            choices=", ".join(choices),
        )


def _open_case(target: Target) -> Case:
    """Return the open case about a thing, locked; begin one if there is none."""
    # Without it, two first reports would both begin a case.
    lock_transaction(f"report {target.kind} {target.pk}")
    current = {
        "key": target.key,
        "title": target.title[:300],
        "person": target.owner,
        "extension": target.extension,
    }
    open_ = Case.objects.select_for_update().filter(
        kind=target.kind, target_pk=target.pk, status=Case.Status.OPEN
    )
    case = open_.first()
    if case is None:
        return Case.objects.create(kind=target.kind, target_pk=target.pk, **current)
    for name, value in current.items():
        setattr(case, name, value)
    case.save(update_fields=list(current))
    return case


def _lock_own(report: Report, reporter: User) -> Report:
    case = lock_case(report.case)
    locked = case.reports.standing().filter(pk=report.pk, by=reporter).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="report")
    require_open(case)
    locked.case = case
    return locked
