"""Appeals: a person asks another moderator to look at a decision about them again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from extery.core.errors import Conflict, NotFound, Refused
from extery_site.accounts.models import MAX_SUSPENSION_REASON_LENGTH, Suspension, User
from extery_site.accounts.permissions import AnyUser, require_moderator, require_signed_in
from extery_site.accounts.suspensions import lift_suspension
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Version
from extery_site.project.database import lock_transaction
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.reports import notifications
from extery_site.reports.actions import lock_case
from extery_site.reports.entries import add_entry
from extery_site.reports.handling import close_case
from extery_site.reports.models import Appeal, Case, CaseEntry
from extery_site.reports.permissions import may_decide_appeal
from extery_site.reports.texts import require_text
from extery_site.ui.row_keys import row_key

_Kind = Event.Kind

#: Decisions about versions and extensions, and the transitions that reverse them.
REVERSALS = {
    _Kind.DECLINED: transitions.RECONSIDER,
    _Kind.BLOCKED: transitions.UNBLOCK,
    _Kind.VERSION_BLOCKED: transitions.UNBLOCK_VERSION,
}


@dataclass(frozen=True)
class Decision:
    """A decision about a person that they can appeal against."""

    key: str
    """The kind of decision and its primary key, such as ``event-12``; part of the address."""
    title: str
    reason: str
    by: User | None
    is_in_force: bool
    event: Event | None = None
    suspension: Suspension | None = None
    case: Case | None = None


def find_decision(key: str, person: User) -> Decision:
    """Return a decision about ``person``; raises `NotFound`."""
    kind, _, pk = key.partition("-")
    found: Decision | None = None
    if kind == "event":
        found = _of_event(
            Event.objects.select_related("extension", "version", "by")
            .filter(pk=row_key(pk), extension__owner=person)
            .first()
        )
    elif kind == "suspension":
        found = _of_suspension(person.suspensions.filter(pk=row_key(pk)).first())
    elif kind == "case":
        found = _of_case(Case.objects.filter(pk=row_key(pk), person=person).first())
    if found is None:
        raise NotFound.of("request.not-found", variant="decision", name=key[:100])
    return found


def decisions_about(person: User) -> list[Decision]:
    """Return the decisions in force about a person, newest first, in a fixed number of queries."""
    declined = Event.objects.filter(kind=_Kind.DECLINED, version__status=Version.Status.DECLINED)
    blocks = Event.objects.filter(
        Q(kind=_Kind.BLOCKED, extension__status=Extension.Status.BLOCKED)
        | Q(kind=_Kind.VERSION_BLOCKED, version__status=Version.Status.BLOCKED)
    ).order_by("-created_at", "-pk")
    events = [
        *declined.filter(extension__owner=person).select_related("extension", "version", "by"),
        *blocks.filter(extension__owner=person).select_related("extension", "version", "by"),
    ]
    suspensions = person.suspensions.filter(lifted_at=None).select_related("by")
    cases = Case.objects.filter(person=person, status=Case.Status.RESOLVED)
    cases = cases.order_by("-decided_at").select_related("decided_by")[:50]
    found = [
        *map(_of_suspension, suspensions if person.is_suspended else []),
        *map(_of_event, _last_blocks(events)),
        *map(_of_case, cases),
    ]
    return [decision for decision in found if decision is not None and decision.is_in_force]


def _last_blocks(events: list[Event]) -> list[Event]:
    """Return the events, of blocks only the last one of each extension or version."""
    seen: set[tuple[str, int, int | None]] = set()
    last = []
    for event in events:
        if event.kind != _Kind.DECLINED:
            blocked = (event.kind, event.extension_id, event.version_id)
            if blocked in seen:
                continue
            seen.add(blocked)
        last.append(event)
    return last


def _of_event(event: Event | None) -> Decision | None:
    if event is None or event.kind not in REVERSALS:
        return None
    name = event.extension.name
    if event.kind == _Kind.BLOCKED:
        in_force = event.extension.is_blocked
        title = f"{name} was blocked"
    else:
        is_block = event.kind == _Kind.VERSION_BLOCKED
        status = Version.Status.BLOCKED if is_block else Version.Status.DECLINED
        in_force = event.version is not None and event.version.status == status
        title = f"{name} {event.version_number} was {'blocked' if is_block else 'declined'}"
    return Decision(f"event-{event.pk}", title, event.text, event.by, in_force, event=event)


def _of_suspension(suspension: Suspension | None) -> Decision | None:
    if suspension is None:
        return None
    return Decision(
        f"suspension-{suspension.pk}",
        f"The account {suspension.user.username} was suspended until {suspension.ends_at:%-d %B %Y}",
        suspension.reason,
        suspension.by,
        suspension.is_active,
        suspension=suspension,
    )


def _of_case(case: Case | None) -> Decision | None:
    if case is None or case.status not in (Case.Status.RESOLVED, Case.Status.DISMISSED):
        return None
    return Decision(
        f"case-{case.pk}",
        f"Reports about {case.title} were resolved",
        case.note,
        case.decided_by,
        case.status == Case.Status.RESOLVED,
        case=case,
    )


@transaction.atomic
def appeal(*, decision: str, by: AnyUser, text: str, address: str | None = None) -> Appeal:
    """Appeal against a decision about oneself, also while one is suspended.

    Raises `NotFound` for a decision about another person, and `Conflict` if it is not in force or
    there is an appeal already.
    """
    person = require_signed_in(by)
    found = find_decision(decision, person)
    lock_transaction(f"appeal {found.key}")
    text = require_text(text, field="text", code="report.text-missing")
    if Appeal.objects.filter(decision=found.key).exists():
        raise Conflict.of("appeal.already-made", title=found.title)
    if not found.is_in_force:
        raise Conflict.of("appeal.not-in-force", title=found.title)
    use_quota(QuotaKind.REPORTS, account=person.pk, address=address)
    created = Appeal.objects.create(
        by=person,
        decision=found.key,
        title=found.title[:300],
        event=found.event,
        suspension=found.suspension,
        case=found.case,
        first_decided_by=found.by,
        text=text,
    )
    if found.case is not None:
        add_entry(found.case, CaseEntry.Kind.APPEALED, by=person, text=text)
    _record(Action.APPEALED, created, person, text)
    notifications.appealed(created)
    return created


@transaction.atomic
def decide_appeal(*, appeal: Appeal, by: AnyUser, grant: bool, answer: str) -> Appeal:
    """Grant or reject an appeal; the person reads the answer.

    To grant it reverses the decision, if it is still in force: a declined version is in review again,
    a block or a suspension ends, a resolved case is dismissed.
    """
    moderator = require_moderator(by)
    locked = Appeal.objects.select_for_update().filter(pk=appeal.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="report")
    appeal = locked
    answer = require_text(answer, field="answer", code="report.note-missing")
    if not may_decide_appeal(moderator, appeal):
        if appeal.first_decided_by_id == moderator.pk and appeal.by_id != moderator.pk:
            raise Refused.of("appeal.same-moderator")
        raise Refused.of("permission.own-work", extension=appeal.title)
    if not appeal.is_open:
        raise Conflict.of("appeal.already-decided", status=appeal.get_status_display().lower())
    appeal.status = Appeal.Status.GRANTED if grant else Appeal.Status.REJECTED
    appeal.answer = answer
    appeal.decided_by = moderator
    appeal.decided_at = timezone.now()
    appeal.save()
    _record(Action.APPEAL_GRANTED if grant else Action.APPEAL_REJECTED, appeal, moderator, answer)
    notifications.appeal_decided(appeal)
    if grant:
        _reverse(appeal, moderator, answer)
    return appeal


def _record(action: Action, appeal: Appeal, by: User, text: str) -> None:
    write_entry(
        action,
        by=by,
        person=appeal.first_decided_by if action is Action.APPEALED else appeal.by,
        extension=appeal.event.extension if appeal.event else None,
        subject=f"Appeal: {appeal.title}",
        path=appeal.get_absolute_url(),
        text=text,
        source=f"{'appeal' if action is Action.APPEALED else 'answer'} {appeal.pk}",
    )


def _reverse(appeal: Appeal, moderator: User, answer: str) -> None:
    """Reverse the decision of a granted appeal."""
    if appeal.event is not None:
        found = _of_event(appeal.event)
        if found is None or not found.is_in_force:
            return
        with lifecycle.transition(
            REVERSALS[_Kind(appeal.event.kind)],
            by=moderator,
            version=appeal.event.version,
            extension=appeal.event.extension,
            text=answer,
        ):
            pass
    elif appeal.suspension is not None and appeal.suspension.is_active:
        reason = answer[:MAX_SUSPENSION_REASON_LENGTH]
        lifted = lift_suspension(user=appeal.suspension.user, by=moderator, reason=reason)
        notifications.suspension_lifted(lifted)
    elif appeal.case is not None:
        case = lock_case(appeal.case)
        if case.status == Case.Status.RESOLVED:
            close_case(case, moderator, answer, Case.Status.DISMISSED)


def describe_effect(appeal: Appeal) -> str:
    """Return what follows if the appeal is granted, for moderators."""
    if appeal.suspension is not None:
        return "The suspension ends at once."
    if appeal.case is not None:
        shown = " A profile that was hidden with them is shown again." * (
            appeal.case.kind == "user"
        )
        return f"The reports are dismissed, and those who reported are informed.{shown}"
    if appeal.event is not None and appeal.event.kind != _Kind.DECLINED:
        return "The block ends: it can be downloaded again at once."
    if appeal.event is not None:
        return "The version is in review again; another decision follows there."
    return "The decision does not exist any more; only the answer is sent."
