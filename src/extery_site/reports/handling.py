"""Actions of moderators on cases: claim, ask, decide, reopen; and the answers of those who are asked."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator, require_user
from extery_site.project.database import lock_transaction
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.reports import notifications
from extery_site.reports.actions import lock_case, require_open
from extery_site.reports.entries import add_entry
from extery_site.reports.handlers import call_handlers
from extery_site.reports.models import Case, CaseEntry
from extery_site.reports.permissions import may_decide_case
from extery_site.reports.reported_profiles import hide_reported_profile, show_after_dismissal
from extery_site.reports.reported_ratings import follow_decision
from extery_site.reports.texts import require_text

_Kind = CaseEntry.Kind


@transaction.atomic
def resolve_case(*, case: Case, by: AnyUser, note: str, hides_profile: bool = False) -> Case:
    """Close a case whose reports were justified, and hide the reported profile, if that is asked for.

    Raises `Conflict` if the case is closed, or there is no profile whose name and text can be hidden.
    """
    return _close(case, by, note, Case.Status.RESOLVED, hides_profile=hides_profile)


@transaction.atomic
def dismiss_case(*, case: Case, by: AnyUser, note: str) -> Case:
    """Close a case without consequences; raises `Conflict` if it is closed."""
    return _close(case, by, note, Case.Status.DISMISSED)


def _close(
    case: Case, by: AnyUser, note: str, status: Case.Status, *, hides_profile: bool = False
) -> Case:
    moderator, case = _lock_for_decision(case, by)
    note = require_text(note, field="note", code="report.note-missing")
    require_open(case)
    if hides_profile:
        hide_reported_profile(case, moderator, note)
    return close_case(case, moderator, note, status)


def close_case(case: Case, moderator: User, note: str, status: Case.Status) -> Case:
    """Set the outcome of a locked case."""
    case.status = status
    case.note = note
    case.decided_by = moderator
    case.decided_at = timezone.now()
    case.save()
    add_entry(case, _Kind(status.value), by=moderator, text=note)
    notifications.decided(case)
    follow_decision(case, moderator)
    show_after_dismissal(case, moderator)
    call_handlers(case)
    return case


@transaction.atomic
def reopen_case(*, case: Case, by: AnyUser, reason: str) -> Case:
    """Open a closed case again; raises `Conflict` if it, or a newer case about the same thing, is open."""
    require_moderator(by)
    lock_transaction(f"report {case.kind} {case.target_pk}")
    moderator, case = _lock_for_decision(case, by)
    reason = require_text(reason, field="note", code="report.note-missing")
    if case.is_open:
        raise Conflict.of("report.not-closed", title=case.title)
    same = Case.objects.filter(
        kind=case.kind, target_pk=case.target_pk, status=Case.Status.OPEN
    ).exclude(pk=case.pk)
    if same.exists():
        raise Conflict.of("report.other-case-open", title=case.title)
    case.status = Case.Status.OPEN
    case.note, case.decided_by, case.decided_at = "", None, None
    case.assigned_to = moderator
    case.save()
    add_entry(case, _Kind.REOPENED, by=moderator, text=reason)
    notifications.reopened(case, by=moderator)
    call_handlers(case)
    return case


@transaction.atomic
def claim_case(*, case: Case, by: AnyUser, take_over_from: User | None = None) -> Case:
    """Show other moderators that ``by`` works on a case; again it changes nothing.

    Raises `Conflict` if another moderator than ``take_over_from`` has claimed it.
    """
    moderator, case = _lock_for_decision(case, by)
    require_open(case)
    if case.assigned_to_id == moderator.pk:
        return case
    current = case.assigned_to
    if current is not None and current != take_over_from:
        raise Conflict.of("report.already-claimed", name=current.username, title=case.title)
    case.assigned_to = moderator
    case.save(update_fields=["assigned_to"])
    add_entry(case, _Kind.CLAIMED, by=moderator)
    return case


@transaction.atomic
def release_case(*, case: Case, by: AnyUser) -> Case:
    """End the own claim of a case; changes nothing if there is none."""
    moderator = require_moderator(by)
    case = lock_case(case)
    if case.assigned_to_id == moderator.pk:
        case.assigned_to = None
        case.save(update_fields=["assigned_to"])
        add_entry(case, _Kind.RELEASED, by=moderator)
    return case


@transaction.atomic
def add_note(*, case: Case, by: AnyUser, text: str) -> CaseEntry:
    """Leave a note that only moderators read; not in a case about own things."""
    moderator, case = _lock_for_decision(case, by)
    text = require_text(text, field="text", code="report.text-missing")
    return add_entry(case, _Kind.NOTE, by=moderator, text=text)


@transaction.atomic
def ask_reporters(*, case: Case, by: AnyUser, text: str) -> CaseEntry:
    """Ask the users whose named reports stand; raises `Conflict` if there are none."""
    moderator, case = _lock_for_decision(case, by)
    text = require_text(text, field="text", code="report.text-missing")
    require_open(case)
    if not case.reports.standing().exclude(by=None).exists():
        raise Conflict.of("report.no-recipient", title=case.title)
    entry = add_entry(case, _Kind.ASKED_REPORTERS, by=moderator, text=text)
    notifications.asked(entry)
    return entry


@transaction.atomic
def ask_person(*, case: Case, by: AnyUser, text: str) -> CaseEntry:
    """Ask the reported person, who does not see who reported; raises `Conflict` if there is none."""
    moderator, case = _lock_for_decision(case, by)
    text = require_text(text, field="text", code="report.text-missing")
    require_open(case)
    if case.person is None or not case.person.is_active:
        raise Conflict.of("report.no-recipient", title=case.title)
    entry = add_entry(case, _Kind.ASKED_PERSON, by=moderator, text=text)
    notifications.asked(entry)
    return entry


@transaction.atomic
def answer_question(*, case: Case, by: AnyUser, text: str, address: str | None = None) -> CaseEntry:
    """Answer the moderators' question in a case; raises `Conflict` if they have not asked ``by``."""
    person = require_user(by)
    case = lock_case(case)
    text = require_text(text, field="text", code="report.text-missing")
    if not case.is_open or not was_asked(case, person):
        raise Conflict.of("report.not-asked", title=case.title)
    use_quota(QuotaKind.REPORTS, account=person.pk, address=address)
    report = case.reports.standing().filter(by=person).first()
    entry = add_entry(case, _Kind.ANSWERED, by=person, report=report, text=text)
    notifications.answered(entry)
    return entry


def was_asked(case: Case, person: User) -> bool:
    """Whether the moderators have asked this person in the case."""
    kinds = []
    if case.person_id == person.pk:
        kinds.append(_Kind.ASKED_PERSON)
    if case.reports.standing().filter(by=person).exists():
        kinds.append(_Kind.ASKED_REPORTERS)
    return case.entries.filter(kind__in=kinds).exists()


def _lock_for_decision(case: Case, by: AnyUser) -> tuple[User, Case]:
    """Return the moderator and the locked case; raises `Refused` for a case about own things."""
    moderator = require_moderator(by)
    case = lock_case(case)
    if not may_decide_case(moderator, case):
        raise Refused.of("permission.own-work", extension=case.title)
    return moderator, case
